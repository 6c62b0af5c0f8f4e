import {describe, expect, test} from 'vitest'
import {computeCandidates} from '../../src/report/findings/compute-findings.ts'
import type {Candidate, FindingRule} from '../../src/report/findings/finding.ts'
import {plannerConfig, type ReplayOptions, replay, scenarioOf} from '../laws/replay.ts'
import {stream, together} from './traffic.ts'

/** For each rule a run in which it must be found, and one close to it in which it must not. */

const OBJECTIVE = {ttftMs: 500, itlMs: 50, share: 0.95}
const SLA = {ttft: 500, itl: 50}

interface Case {
  readonly found: ReplayOptions
  readonly notFound: ReplayOptions
  readonly objective?: typeof OBJECTIVE
  /** What its sentence must say. */
  readonly says: RegExp
}

const light = stream({everyMs: 500, count: 400, input: 512, output: 20})
const heavy = stream({everyMs: 100, count: 2000, input: 4096, output: 60})
const tightKv = {num_gpu_blocks: 200}
const longAnswers = stream({everyMs: 200, count: 600, input: 1024, output: 400})
/** In turn a huge prompt and a tiny one: round robin over two instances sends all huge ones to the first. */
const uneven = (input: number) =>
  together(
    ...Array.from({length: 300}, (_, i) => [
      ...stream({fromMs: i * 1000, everyMs: 1, count: 1, input, output: 100}),
      ...stream({fromMs: i * 1000 + 10, everyMs: 1, count: 1, input: 64, output: 2}),
    ]),
  )
const waves = (everyMs: number) =>
  together(
    ...Array.from({length: 40}, (_, i) =>
      stream({fromMs: i * everyMs, everyMs: 40, count: 60, input: 4096, output: 20}),
    ),
  )
const shortBursts = together(
  ...Array.from({length: 10}, (_, i) =>
    stream({fromMs: i * 120_000, everyMs: 50, count: 150, input: 4096, output: 20}),
  ),
  stream({everyMs: 2000, count: 600, input: 256, output: 10}),
)
const lullThenLoad = together(
  stream({everyMs: 2000, count: 30, input: 512, output: 20}),
  stream({fromMs: 60_000, everyMs: 60, count: 2000, input: 4096, output: 60}),
)

const UP_AND_DOWN = Array.from({length: 12}, (_, i) => [10 * i, i % 2 === 0 ? 4 : 2] as const)

const CASES: Readonly<Partial<Record<FindingRule, Case>>> = {
  overloaded: {
    found: {lines: longAnswers, args: tightKv},
    notFound: {lines: longAnswers},
    says: /^Overloaded from the start/,
  },
  'planner-blind': {
    found: {
      lines: stream({everyMs: 100, count: 3000, input: 2048, output: 60}),
      planner: plannerConfig({load_min_observations: 5000, max_num_fpm_samples: 6000}),
    },
    notFound: {
      lines: stream({everyMs: 100, count: 3000, input: 2048, output: 60}),
      planner: plannerConfig({load_min_observations: 5}),
    },
    says: /planner blind for \d+ ticks.*of the 5000 passes that a fit takes/,
  },
  'stuck-backlog': {
    found: {lines: uneven(49_152), workers: 2},
    notFound: {lines: uneven(2048), workers: 2},
    says: /the backlog stands on one instance/,
  },
  'every-instance-rule': {
    found: {lines: uneven(49_152), workers: 2, planner: plannerConfig({min_endpoint: 2, ...SLA})},
    notFound: {lines: light, workers: 2, planner: plannerConfig({min_endpoint: 2, ...SLA})},
    says: /only when every one is over/,
  },
  'budget-reached': {
    found: {lines: waves(5000), planner: plannerConfig({max_gpu_budget: 2, ...SLA})},
    notFound: {lines: waves(5000), planner: plannerConfig({max_gpu_budget: 64, ...SLA})},
    says: /the budget of 2 replicas held the planner/,
  },
  'floor-held': {
    found: {lines: light, workers: 4, planner: plannerConfig({min_endpoint: 4, ...SLA})},
    notFound: {lines: light, workers: 4, planner: plannerConfig({min_endpoint: 1, ...SLA})},
    says: /fewest replicas per pool \(min_endpoint 4\) kept a replica that .* could have gone/,
  },
  'scaled-down-into-burst': {
    found: {lines: lullThenLoad, workers: 4, planner: plannerConfig(SLA)},
    notFound: {lines: lullThenLoad, workers: 4, planner: plannerConfig({min_endpoint: 4, ...SLA})},
    says: /scaled down from 4 to 1, and within a minute load came/,
  },
  'startup-outlasts-burst': {
    found: {lines: shortBursts, args: {startup_time: 60}, planner: plannerConfig(SLA)},
    notFound: {lines: shortBursts, planner: plannerConfig(SLA)},
    says: /an instance takes 60 s to start/,
  },
  oscillation: {
    found: {lines: waves(10_000), planner: plannerConfig(SLA)},
    notFound: {lines: waves(10_000), planner: plannerConfig({min_endpoint: 3, max_gpu_budget: 3, ...SLA})},
    says: /The fleet oscillates/,
  },
  'preemption-thrash': {
    found: {lines: longAnswers, args: tightKv},
    notFound: {lines: longAnswers},
    says: /pre-emptions hit \d+ requests/,
  },
  'kv-full': {
    found: {lines: longAnswers, args: tightKv},
    notFound: {lines: longAnswers},
    says: /KV cache was full for/,
  },
  bottleneck: {
    found: {lines: heavy},
    notFound: {lines: light},
    says: /^Decode is the bottleneck/,
  },
  'arrival-bursts': {
    found: {lines: stream({everyMs: 3000, count: 1200, input: 4096, output: 20, atOnce: 20}), workers: 2},
    notFound: {lines: stream({everyMs: 150, count: 1200, input: 4096, output: 20}), workers: 2},
    says: /in the median 20 at once, every 3 s/,
  },
  'drain-limit-reached': {
    found: {
      lines: longAnswers,
      steps: UP_AND_DOWN,
      drainLimitS: 0.1,
    },
    notFound: {
      lines: longAnswers,
      steps: UP_AND_DOWN,
      drainLimitS: 600,
    },
    objective: {ttftMs: 500, itlMs: 6.9, share: 0.95},
    says: /after the draining limit of 0\.1 s\. \d+ requests began again elsewhere.*missed the objective/,
  },
  'over-provisioned': {
    found: {lines: light, workers: 4},
    notFound: {lines: heavy},
    says: /computed for 7 % of the time they served/,
  },
  'warm-up': {
    found: {
      lines: together(
        stream({everyMs: 100, count: 300, input: 4096, output: 60}),
        stream({fromMs: 60_000, everyMs: 400, count: 3000, input: 512, output: 20}),
      ),
    },
    notFound: {lines: heavy},
    says: /the beginning costs most/,
  },
  'prefix-cache-lost': {
    found: {lines: families(), planner: plannerConfig({...SLA, ttft: 60, load_adjustment_interval: 5})},
    notFound: {lines: families(), workers: 4, planner: plannerConfig({min_endpoint: 4, max_gpu_budget: 4})},
    says: /prefix reuse falls when the fleet grows/,
  },
}

/** Groups of four prompts that share nearly all their blocks, ever more of them. */
function families() {
  return together(
    ...Array.from({length: 2000}, (_, i) =>
      stream({
        fromMs: Math.round(1_200_000 * Math.sqrt(i / 2000)),
        everyMs: 700,
        count: 4,
        input: 4096,
        output: 20,
        shared: {family: i, blocks: 60},
      }),
    ),
  )
}

describe.each(Object.entries(CASES))('%s', (rule, {found, notFound, objective = OBJECTIVE, says}) => {
  test('is found where it is', () => {
    const own = candidates(found, objective).find(({finding}) => finding.rule === rule)
    expect(own?.finding.text).toMatch(says)
  })

  test('is not found where it is not', () => {
    expect(candidates(notFound, objective).map(({finding}) => finding.rule)).not.toContain(rule)
  })
})

test('for arrivals on a grid it is tried what the same recording gives with its times spread over the grid', () => {
  const found = CASES['arrival-bursts']!.found
  const remediesOf = (options: ReplayOptions) =>
    candidates(options, OBJECTIVE).find(({finding}) => finding.rule === 'arrival-bursts')?.remedies
  expect(remediesOf(found)).toEqual([{trace_spread_ms: 3000}])
})

function candidates(options: ReplayOptions, objective: typeof OBJECTIVE): readonly Candidate[] {
  const {result} = replay(options)
  return computeCandidates({
    scenario: scenarioOf(options),
    objective,
    record: result.engine,
    scaling: result.scaling,
  })
}
