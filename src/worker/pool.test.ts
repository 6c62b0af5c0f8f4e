import {readFile} from 'node:fs/promises'
import * as Comlink from 'comlink'
import {afterEach, describe, expect, it} from 'vitest'
import {findPreset} from '../config/presets.ts'
import type {Scenario} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import {parseAxis} from '../sweep/axis.ts'
import {expandGrid} from '../sweep/grid.ts'
import type {PointFigures} from '../sweep/points.ts'
import {createWorkerApi} from './api.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import {yieldByChannel} from './host.ts'
import {SimulatorPool} from './pool.ts'
import type {PointRequest, RunTelemetry} from './protocol.ts'

interface Task extends PointRequest {
  readonly id: string
}

interface Started {
  readonly opened: string[]
  die: (reason: Error) => void
  terminated: boolean
}

const pools: SimulatorPool[] = []

afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose()
})

/** A pool of real apis behind real channels, with a view of every worker it starts. */
function startPool(size: number, options: {first?: SimulatorClient; idleMs?: number} = {}) {
  const started: Started[] = []
  const pool = new SimulatorPool({spawn: () => spawnInto(started), size, ...options})
  pools.push(pool)
  return {pool, started}
}

function spawnInto(started: Started[]): WorkerLink {
  const {port1, port2} = new MessageChannel()
  const worker: Started = {opened: [], die: () => {}, terminated: false}
  started.push(worker)
  const openSiteFile = async (path: string) => {
    worker.opened.push(path)
    const file = path.startsWith('perf/') ? `public/${path}` : path
    return new Response(new Uint8Array(await readFile(file)))
  }
  const api = createWorkerApi({openSiteFile, nowMs: () => performance.now(), yieldToEvents: yieldByChannel})
  Comlink.expose(api, port2)
  port1.start()
  return {
    endpoint: port1,
    terminate() {
      worker.terminated = true
      port1.close()
      port2.close()
    },
    onDeath(report) {
      worker.die = report
    },
  }
}

const base: Scenario = {
  ...findPreset('as-published')!.scenario,
  trace: {kind: 'catalogue', id: 'toolagent-5min'},
}

function tasksFor(text: string, scenario = base): readonly Task[] {
  const axis = parseAxis(text)
  if (!axis.ok) throw new Error(axis.error.message)
  const points = expandGrid({axes: [axis.value], base: scenario})
  if (!points.ok) throw new Error(points.error.message)
  return points.value.map(({id, scenario: own}) => ({
    id,
    scenario: own,
    traceBlob: null,
    profile: null,
    targets: null,
  }))
}

/** Runs tasks and notes what is told of them. */
function watch(
  pool: SimulatorPool,
  tasks: readonly Task[],
  {onProgress = (_: Task, __: RunTelemetry) => {}} = {},
) {
  const starts: string[] = []
  const outcomes = new Map<string, Result<PointFigures>>()
  const abort = new AbortController()
  const done = pool.runMany(
    tasks,
    {
      onStart: task => starts.push(task.id),
      onProgress,
      onOutcome: (task, outcome) => outcomes.set(task.id, outcome),
    },
    abort.signal,
  )
  return {starts, outcomes, abort, done}
}

function figures(outcomes: ReadonlyMap<string, Result<PointFigures>>): Record<string, PointFigures> {
  return Object.fromEntries(
    [...outcomes].map(([id, outcome]) => {
      if (!outcome.ok) throw new Error(outcome.error.message)
      return [id, outcome.value]
    }),
  )
}

describe('SimulatorPool', () => {
  it('gives the same figures on one worker as on three, each loading trace and tables once', async () => {
    const tasks = tasksFor('startup_time=0:40:10')
    const three = startPool(3)
    const spread = watch(three.pool, tasks)
    await spread.done
    const one = startPool(1)
    const alone = watch(one.pool, tasks)
    await alone.done
    expect(three.started).toHaveLength(3)
    expect(one.started).toHaveLength(1)
    expect(figures(spread.outcomes)).toEqual(figures(alone.outcomes))
    expect(Object.keys(figures(alone.outcomes))).toEqual(tasks.map(({id}) => id))
    for (const {opened} of [...three.started, ...one.started])
      expect(new Set(opened).size).toBe(opened.length)
  })

  it('starts no more workers than there are points, and uses a client that is there', async () => {
    const started: Started[] = []
    const first = new SimulatorClient(() => spawnInto(started))
    await first.listCatalogue()
    const {pool, started: own} = startPool(8, {first})
    await watch(pool, tasksFor('startup_time=0,10')).done
    expect(started).toHaveLength(1)
    expect(own).toHaveLength(1)
    pool.dispose()
    expect(own[0]!.terminated).toBe(true)
    expect(started[0]!.terminated).toBe(false)
    first.dispose()
  })

  it('replaces a worker that dies and runs its point again', async () => {
    const {pool, started} = startPool(1)
    let isKilled = false
    const hour: Scenario = {...base, trace: {kind: 'catalogue', id: 'toolagent-hour'}}
    const run = watch(pool, tasksFor('startup_time=0', hour), {
      onProgress() {
        if (isKilled) return
        isKilled = true
        started[0]!.die(new Error('out of memory'))
      },
    })
    await run.done
    expect(isKilled).toBe(true)
    expect(started).toHaveLength(2)
    expect(run.starts).toHaveLength(1)
    expect(figures(run.outcomes)['startup_time=0']!.completed_requests).toBe(23608)
  })

  it('gives a point up whose worker dies twice, and goes on with the others', async () => {
    const {pool, started} = startPool(1)
    const [bad, good] = tasksFor('startup_time=0,10') as [Task, Task]
    const killer: Task = {
      ...bad,
      scenario: {...bad.scenario, trace: {kind: 'catalogue', id: 'toolagent-hour'}},
    }
    let kills = 0
    const run = watch(pool, [killer, good], {
      onProgress(task) {
        // Late news of the first worker must not kill the one that serves the next point.
        if (task === killer && kills++ < 2) started.at(-1)!.die(new Error('out of memory'))
      },
    })
    await run.done
    expect(started).toHaveLength(3)
    const outcome = run.outcomes.get(bad.id)!
    expect(outcome.ok ? '' : outcome.error.message).toContain('out of memory')
    expect(run.outcomes.get(good.id)!.ok).toBe(true)
  })

  it('tells a failed point by its reason and goes on', async () => {
    const {pool} = startPool(1)
    const [first, second] = tasksFor('startup_time=0,10') as [Task, Task]
    const lost: Task = {...first, scenario: {...first.scenario, trace: {kind: 'catalogue', id: 'nothing'}}}
    const run = watch(pool, [lost, second])
    await run.done
    const outcome = run.outcomes.get(first.id)!
    expect(outcome.ok ? '' : outcome.error.message).toContain('nothing')
    expect(run.outcomes.get(second.id)!.ok).toBe(true)
  })

  it('stops at once when cancelled, says nothing more, and its workers serve on', async () => {
    const {pool, started} = startPool(2)
    const hour: Scenario = {...base, trace: {kind: 'catalogue', id: 'toolagent-hour'}}
    let last = 0
    const run = watch(pool, tasksFor('startup_time=0:50:10', hour), {
      onProgress() {
        last = performance.now()
        if (!run.abort.signal.aborted) run.abort.abort(new Error('enough'))
      },
    })
    await expect(run.done).rejects.toThrow('enough')
    const stoppedMs = performance.now()
    expect(run.outcomes.size).toBe(0)
    const again = watch(pool, tasksFor('startup_time=0,10'))
    await again.done
    expect(last).toBeLessThan(stoppedMs)
    expect(again.outcomes.size).toBe(2)
    expect(started).toHaveLength(2)
    expect(started.some(({terminated}) => terminated)).toBe(false)
  })

  it('gives back the memory of workers that have nothing to do', async () => {
    const {pool, started} = startPool(1, {idleMs: 20})
    await watch(pool, tasksFor('startup_time=0')).done
    await expect.poll(() => started[0]!.terminated).toBe(true)
    await watch(pool, tasksFor('startup_time=10')).done
    expect(started).toHaveLength(2)
  })
})
