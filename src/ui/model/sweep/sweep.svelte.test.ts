import {describe, expect, test, vi} from 'vitest'
import {findPreset} from '../../../config/presets.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {PointStore} from '../../../store/point-store.ts'
import type {PointFigures, SweepRow} from '../../../sweep/points.ts'
import {NO_REPEATS} from '../../../sweep/repeats.ts'
import type {PoolEvents, SimulatorPool} from '../../../worker/pool.ts'
import type {PlannedPoint, SweepBase} from './plan.ts'
import {SweepState} from './sweep.svelte.ts'

const base: SweepBase = {
  scenario: findPreset('as-published')!.scenario,
  traceSha256: 'aa',
  traceBlob: null,
  profile: null,
  profileSha256: null,
  requests: null,
}

const FIGURES = {
  ...Object.fromEntries(
    ['num_requests', 'completed_requests', 'duration_ms', 'request_throughput_rps', 'output_throughput_tok_s']
      .concat(['prefix_cache_reused_ratio', 'mean_ttft_ms', 'median_ttft_ms', 'p90_ttft_ms', 'p99_ttft_ms'])
      .concat(['mean_itl_ms', 'p90_itl_ms', 'p99_itl_ms', 'mean_e2e_latency_ms', 'p90_e2e_latency_ms'])
      .concat(['sla_attainment', 'goodput_rps', 'gpu_hours', 'billed_gpu_hours', 'scale_ups', 'scale_downs'])
      .concat(['total_ticks'])
      .map(key => [key, 1]),
  ),
  digest: 'd',
} as unknown as PointFigures

/** A pool whose points finish when they are told to. */
class HandPool {
  readonly asked: string[][] = []
  events: PoolEvents<PlannedPoint> | null = null
  #finish: () => void = () => {}

  runMany(
    tasks: readonly PlannedPoint[],
    events: PoolEvents<PlannedPoint>,
    signal: AbortSignal,
  ): Promise<void> {
    this.asked.push(tasks.map(({facts}) => facts.id))
    this.events = events
    return new Promise((resolve, reject) => {
      this.#finish = resolve
      signal.addEventListener('abort', () => reject(signal.reason))
      if (tasks.length === 0) resolve()
    })
  }

  finishAll(): void {
    this.#finish()
  }
}

function makeSweep(values = '0:30:10', store = new PointStore()) {
  const pool = new HandPool()
  // Without IndexedDB: what is kept is kept by the page alone.
  const sweep = new SweepState({
    pool: pool as unknown as SimulatorPool,
    store,
    sizeKv: async () => fail('no GPU'),
    workers: 2,
  })
  sweep.spec = {first: {key: 'startup_time', values}, second: null, repeats: NO_REPEATS}
  return {pool, sweep}
}

async function started(sweep: SweepState, pool: HandPool): Promise<Promise<void>> {
  await sweep.check(base)
  const asked = pool.asked.length
  const done = sweep.start()
  await vi.waitFor(() => expect(pool.asked.length).toBe(asked + 1))
  return done
}

function settle(
  sweep: SweepState,
  pool: HandPool,
  index: number,
  outcome: Result<PointFigures> = ok(FIGURES),
) {
  const point = sweep.plan!.points[index]!
  pool.events!.onStart(point)
  pool.events!.onOutcome(point, outcome)
}

describe('SweepState', () => {
  test('says when one of its points could not be kept, even where the next ones could or it is over', async () => {
    let writes = 0
    const store = new PointStore(
      () => mode =>
        mode === 'readwrite' && writes++ > 0
          ? (Promise.resolve() as never)
          : Promise.reject(new DOMException('no', 'QuotaExceededError')),
    )
    const {pool, sweep} = makeSweep('0:10:10', store)
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.events).not.toBeNull())
    expect(sweep.storageProblem).toBeNull()
    settle(sweep, pool, 0)
    await vi.waitFor(() => expect(writes).toBe(1))
    settle(sweep, pool, 1)
    pool.finishAll()
    await vi.waitFor(() => expect(sweep.phase.kind).toBe('done'))
    expect(writes).toBe(2)
    expect(sweep.storageProblem).toMatch(/storage for this site is full/)
    void started(sweep, pool)
    await vi.waitFor(() => expect(sweep.storageProblem).toBeNull())
  })

  test('checks, runs and counts', async () => {
    const {pool, sweep} = makeSweep()
    await sweep.check(base)
    expect(sweep.draft).toMatchObject({kind: 'ready'})
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.events).not.toBeNull())
    settle(sweep, pool, 0)
    pool.events!.onStart(sweep.plan!.points[1]!)
    pool.events!.onProgress(sweep.plan!.points[1]!, {
      simulatedMs: 50,
      expectedEndMs: 100,
      completedRequests: 1,
      totalRequests: 2,
      elapsedMs: 1,
    })
    await vi.waitFor(() => expect(sweep.finishedCount).toBe(1))
    expect(sweep.share).toBeCloseTo(1.5 / 4)
    for (const i of [1, 2, 3]) settle(sweep, pool, i)
    pool.finishAll()
    await vi.waitFor(() => expect(sweep.phase.kind).toBe('done'))
    expect(sweep.costs).toMatchObject({run: 4, kept: 0})
    expect(sweep.orderedRows.map(row => row.axes.startup_time)).toEqual([0, 10, 20, 30])
  })

  test('keeps finished points when cancelled, and resumes with the others alone', async () => {
    const {pool, sweep} = makeSweep()
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.events).not.toBeNull())
    settle(sweep, pool, 2)
    sweep.cancel()
    expect(sweep.phase.kind).toBe('stopped')
    expect(sweep.running.size).toBe(0)
    const before = pool.events
    void sweep.resume()
    await vi.waitFor(() => expect(pool.events).not.toBe(before))
    expect(pool.asked[1]).toEqual(['startup_time=0', 'startup_time=10', 'startup_time=30'])
    expect(sweep.finishedCount).toBe(1)
  })

  test('runs a failed point again, and never keeps it', async () => {
    const {pool, sweep} = makeSweep('0,10')
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.events).not.toBeNull())
    settle(sweep, pool, 0)
    settle(sweep, pool, 1, {ok: false, error: {message: 'a request can never fit'}})
    pool.finishAll()
    await vi.waitFor(() => expect(sweep.phase.kind).toBe('done'))
    expect(sweep.failed.map(row => ('error' in row ? row.error : ''))).toEqual(['a request can never fit'])
    expect(sweep.openCount).toBe(1)
    void sweep.resume()
    await vi.waitFor(() => expect(pool.asked[1]).toEqual(['startup_time=10']))
  })

  test('takes up points of another sweep that are the same runs', async () => {
    const {pool, sweep} = makeSweep('0,10')
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.events).not.toBeNull())
    settle(sweep, pool, 0)
    settle(sweep, pool, 1)
    pool.finishAll()
    await vi.waitFor(() => expect(sweep.phase.kind).toBe('done'))
    sweep.spec = {first: {key: 'engine.startup_time', values: '10,20'}, second: null, repeats: NO_REPEATS}
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.asked[1]).toEqual(['engine.startup_time=20']))
    await vi.waitFor(() => expect(sweep.orderedRows.map(row => row.id)).toEqual(['engine.startup_time=10']))
  })

  test('runs the scenario itself at every point before its repeats', async () => {
    const {pool, sweep} = makeSweep('0,10')
    sweep.spec = {...sweep.spec, repeats: {of: 'seed', count: 2}}
    void started(sweep, pool)
    await vi.waitFor(() => expect(pool.events).not.toBeNull())
    expect(pool.asked).toEqual([
      ['startup_time=0', 'startup_time=10', 'startup_time=0@seed2', 'startup_time=10@seed2'],
    ])
  })

  test('shows the rows of an earlier release under the repeats of its plan', async () => {
    const {sweep} = makeSweep('0,10')
    sweep.spec = {...sweep.spec, repeats: {of: 'phase', count: 2}}
    await sweep.check(base)
    if (sweep.draft.kind !== 'ready') throw new Error('the sweep is right')
    const {plan} = sweep.draft
    const old = plan.points.map(({facts: {repeat: _, trace_seed: __, ...facts}}) => ({
      ...facts,
      ...FIGURES,
      key: 'old',
    }))
    const gone = {...old[0]!, id: 'startup_time=20'}
    sweep.show(plan, [...old, gone] as unknown as readonly SweepRow[])
    expect(sweep.orderedRows.map(({id, repeat, key}) => [id, repeat, key])).toEqual([
      ['startup_time=0', 0, 'old'],
      ['startup_time=0@5s', 1, 'old'],
      ['startup_time=10', 0, 'old'],
      ['startup_time=10@5s', 1, 'old'],
    ])
    expect(sweep.openCount).toBe(0)
  })

  test('refuses what is wrong and cannot be started then', async () => {
    const {pool, sweep} = makeSweep('0:x')
    await sweep.check(base)
    expect(sweep.draft).toMatchObject({kind: 'wrong'})
    await sweep.start()
    expect(pool.asked).toEqual([])
  })

  test('reads its part of a link and writes it', () => {
    const {sweep} = makeSweep()
    expect(sweep.readLink([['sweep', 'frontier']])).toEqual([])
    expect(sweep.linkPairs).toEqual([['sweep', 'frontier']])
    expect(sweep.readLink([['sweep', 'x']])).toEqual(['sweep=x'])
  })
})
