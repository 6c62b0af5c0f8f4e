import {describe, expect, test} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {Candidate, Finding, Remedy} from '../report/findings/finding.ts'
import type {PointFigures} from '../sweep/points.ts'
import {comparePairs} from './paired.ts'
import {rowOf} from './row-fixture.ts'
import {computeSpread} from './spread.ts'
import {tellCure} from './tell-cure.ts'
import {tryCures} from './try-cures.ts'

const figures = rowOf

describe('the spread of a result', () => {
  const spread = (...runs: Partial<PointFigures>[]) =>
    computeSpread(runs.map(figures), {of: 'phase', share: 0.95})

  test('is median and range, and how many runs hold the objective', () => {
    const {
      figures: bands,
      holds,
      runs,
    } = spread(
      {gpu_hours: 3, sla_attainment: 0.96},
      {gpu_hours: 1, sla_attainment: 0.94},
      {gpu_hours: 2, sla_attainment: 0.99},
    )
    expect(bands.gpu_hours).toEqual({min: 1, median: 2, max: 3})
    expect([holds, runs]).toEqual([2, 3])
  })

  test('is fragile where one of five phases collapses, as the guide’s preset does', () => {
    const ttft = [120_000, 3700, 5400, 4000, 2600]
    const {fragile} = spread(...ttft.map(mean_ttft_ms => ({mean_ttft_ms})))
    expect(fragile).toBe('Fragile: 1 of 5 phases collapses (mean TTFT 120 s against 4.0 s in the median).')
  })

  test('is fragile where the phases disagree about the objective', () => {
    const {fragile} = spread({sla_attainment: 0.96}, {sla_attainment: 0.94})
    expect(fragile).toBe('Fragile: the objective holds in 1 of 2 phases.')
  })

  test('is not fragile where they agree, nor for one run', () => {
    expect(spread({}, {}, {}).fragile).toBeNull()
    expect(spread({}).fragile).toBeNull()
  })
})

describe('a difference between two configurations', () => {
  test('is real where the pairs agree, though their spreads overlap', () => {
    expect(comparePairs([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])).toEqual({
      median: 1,
      larger: 5,
      smaller: 0,
      of: 5,
      isReal: true,
    })
  })

  test('is luck where they do not, or where it is next to nothing', () => {
    expect(comparePairs([1, 2, 3, 4, 5], [2, 1, 4, 3, 6]).isReal).toBe(false)
    expect(comparePairs([100, 100, 100], [100.1, 100.1, 100.1]).isReal).toBe(false)
    expect(comparePairs([], []).isReal).toBe(false)
  })
})

describe('a cure', () => {
  const scenario = defaultScenario()
  const finding: Finding = {rule: 'overloaded', from_s: 0, to_s: 1, text: 'Overloaded.', figures: {}}
  const candidate = (...remedies: Remedy[]): Candidate => ({finding, weight: 1, remedies})
  const workersOf = (own: typeof scenario) =>
    own.fleet.topology === 'agg' ? own.fleet.workers.initialWorkers : 0

  async function cured(candidates: readonly Candidate[], result: (workers: number) => Result<PointFigures>) {
    const runs: number[] = []
    const repeats = [0, 1, 2].map(() => ({scenario, figures: figures({sla_attainment: 0.5})}))
    const steps = tryCures({
      candidates,
      repeats,
      share: 0.95,
      run: async own => {
        runs.push(workersOf(own))
        return result(workersOf(own))
      },
    })
    for (;;) {
      const step = await steps.next()
      if (step.done) return {findings: step.value, runs}
    }
  }

  test('is the remedy that helps most, in nearly all pairs', async () => {
    const {findings, runs} = await cured(
      [candidate({num_workers: 2}, {num_workers: 3}, {num_workers: 4})],
      workers => ok(figures({sla_attainment: workers >= 3 ? 0.5 + workers / 10 : 0.5, gpu_hours: workers})),
    )
    expect(findings[0]?.cure).toEqual({
      change: {num_workers: 4},
      figures: {sla_attainment: 0.9, mean_ttft_ms: 1000, p90_ttft_ms: 2000, gpu_hours: 4},
      ranges: {
        sla_attainment: [0.9, 0.9],
        mean_ttft_ms: [1000, 1000],
        p90_ttft_ms: [2000, 2000],
        gpu_hours: [4, 4],
      },
      before: {sla_attainment: 0.5, mean_ttft_ms: 1000, p90_ttft_ms: 2000, gpu_hours: 2},
      won: 3,
      of: 3,
    })
    expect(runs).toEqual([2, 2, 2, 3, 3, 3, 4, 4, 4])
    expect(tellCure(findings[0]!.cure!, 'phase', '1.6.1')).toBe(
      'Tried: with 4 workers (num_workers), 90 % of requests meet the objective (50 % now), mean TTFT 1 s, 4 GPU-hours (2 now); better in 3 of 3 phases.',
    )
  })

  test('is not offered untried, where it cannot be run, or where it changes nothing', async () => {
    const none = [
      candidate({num_workers: 1}),
      candidate({'planner.min_endpoint': 3}),
      candidate({no_such_knob: 1}),
    ]
    const {findings, runs} = await cured(none, () => fail('no'))
    expect(findings.every(each => each.cure === undefined)).toBe(true)
    expect(runs).toEqual([])
  })

  test('is replayed once where two findings name it', async () => {
    const {runs} = await cured([candidate({num_workers: 4}), candidate({num_workers: 4})], () =>
      ok(figures({sla_attainment: 0.9})),
    )
    expect(runs.length).toBe(3)
  })
})
