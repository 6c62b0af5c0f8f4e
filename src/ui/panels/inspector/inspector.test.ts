import {beforeAll, describe, expect, test} from 'vitest'
import {goldenScenario, readGolden, runGolden} from '../../../../test/support/golden.ts'
import {PROJECT} from '../../../../test/support/shared.ts'
import {type PlannerConfig, plannerOf} from '../../../config/scenario.ts'
import {computeSummary} from '../../../core/statistics.ts'
import {decideNothing} from '../../../policies/dynamo/load-decision.ts'
import type {LoadReason} from '../../../policies/dynamo/reasons.ts'
import type {LoadDecision} from '../../../policies/dynamo/rules-1.2/load-scaling.ts'
import {RULES_1_2} from '../../../policies/dynamo/rules-1.2/planner-rules.ts'
import type {LoadGrounds} from '../../../policies/dynamo/rules-1.2/tick-decision.ts'
import {computeTipping} from '../../../policies/dynamo/tipping/tipping.ts'
import {type DynamoTick, dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import {ttftMs} from '../../../report/request-measures.ts'
import type {RunResult} from '../../../run/run.ts'
import {isBlind} from '../../policies/dynamo/dynamo-decisions.ts'
import {tellQuestion} from '../../policies/dynamo/tell-question.ts'
import {tellReasons} from '../../policies/dynamo/tell-reasons.ts'
import {tellSize, tellTipping} from '../../policies/dynamo/tell-tipping.ts'
import {instanceRows, stepRows, tickFacts} from '../../policies/dynamo/tick-facts.ts'
import {changesFleet, computeAftermath, nearestDecision, slowestRequests} from './aftermath.ts'

/** Real runs whose ticks between them give nearly every reason there is. */
const CASES = [
  'agg_sla_s15',
  'agg_sla_waves_s0',
  'agg_max_budget_3',
  'agg_min_budget_3',
  'agg_min_endpoint_2',
  'agg_throughput_only',
  'agg_easy_latency_s15',
  'agg_easy_throughput_s20',
  'disagg_sla_s0',
  'disagg_sla_s15',
  'disagg_budget_4',
  'disagg_easy_latency',
]

interface Told {
  readonly name: string
  readonly config: PlannerConfig
  readonly result: RunResult
  readonly ticks: readonly DynamoTick[]
}

const runs = new Map<string, Told>()

beforeAll(async () => {
  for (const name of CASES) {
    const golden = readGolden(`${PROJECT}/test/golden/replay/${name}.json`)
    const result = await runGolden(golden, `${PROJECT}/static-traces`)
    runs.set(name, {
      name,
      config: plannerOf(goldenScenario(golden))!,
      result,
      ticks: dynamoTicksOf(result.scaling),
    })
  }
})

/** What no sentence for a person may hold: a hole, a raw key of the planner, a doubled or missing stop. */
const FLAWS = /undefined|NaN|null|Infinity|scale_down|scale_up|no_change|\.\.|\s\s|\s[.,]/

describe('reasons in words', () => {
  test('every tick of every run is told in whole sentences', () => {
    for (const {ticks, config} of runs.values()) {
      for (const tick of ticks) {
        const reasons = tellReasons(tick, config)
        expect(reasons.length).toBeGreaterThan(0)
        for (const reason of reasons) {
          expect(reason).not.toMatch(FLAWS)
          expect(reason).toMatch(/^[A-Z].*\.$/)
        }
      }
    }
  })

  test('what is said of the fleet is what the tick did to it', () => {
    for (const {ticks, config} of runs.values()) {
      for (const tick of ticks) {
        if (tick.explanation.load?.explanation.decodeCounts == null) continue
        const [first] = tellReasons(tick, config)
        if (config.mode !== 'agg') continue
        const to = tick.scale_to?.num_decode ?? tick.active_decode
        if (to > tick.active_decode) expect(first).toContain(`Scaled up from ${tick.active_decode} to ${to}`)
        else if (to < tick.active_decode)
          expect(first).toContain(`Scaled down from ${tick.active_decode} to ${to}`)
        else expect(first).toContain(`Kept ${to}`)
      }
    }
  })

  const firstWith = (name: string, reason: LoadReason) => {
    const {ticks, config} = runs.get(name)!
    const tick = ticks.find(candidate => candidate.load_decision_reason === reason)
    if (tick === undefined) throw new Error(`${name} has no tick with ${reason}`)
    return tellReasons(tick, config).join(' ')
  }

  test.each([
    ['agg_sla_waves_s0', 'scale_up', /Scaled up .* (over the target|at best)/],
    ['agg_sla_waves_s0', 'scale_down', /Scaled down .* within the margin/],
    [
      'agg_sla_waves_s0',
      'scale_down_refused_consolidation',
      /Kept .* with one replica less instance \d+ would/,
    ],
    ['agg_sla_s15', 'scaling_in_progress', /Held still: the last decision is still being carried out/],
    ['agg_throughput_only', 'disabled', /switched off/],
    ['disagg_sla_s0', 'scale_up', /Prefill: .*Decode: /],
  ] as const)('%s, %s', (name, reason, words) => {
    expect(firstWith(name, reason)).toMatch(words)
  })

  test.each([
    ['no_fpm_data', /no instance has reported a forward pass/],
    ['worker_count_mismatch', /1 of 2 serving replicas have reported/],
    ['insufficient_data', /3 forward passes .* at least 5 are needed/],
  ] as const)('a guard that stopped early says so: %s', (reason, words) => {
    const {config} = runs.get('agg_sla_s15')!
    for (const topology of ['agg', 'disagg'] as const) {
      expect(tellReasons(guarded(reason, topology), config).join(' ')).toMatch(words)
    }
  })

  test('a decision that the lower bound held, the budget cut, or a floor made names it', () => {
    const all = [...runs.values()].flatMap(({ticks, config}) =>
      ticks.flatMap(tick => tellReasons(tick, config)),
    )
    expect(all.some(text => /throughput scaling's lower bound is \d/.test(text))).toBe(true)
    expect(all.some(text => /the budget allows .* turns \d+ into \d+/.test(text))).toBe(true)
    expect(all.some(text => /\(min_endpoint\) is 2/.test(text))).toBe(true)
    expect(all.some(text => /req\/s .* so load scaling may not go below \d/.test(text))).toBe(true)
    expect(all.some(text => /so the fleet is set to \d/.test(text))).toBe(true)
  })

  test('a merged tick tells both decisions', () => {
    const {ticks, config} = runs.get('disagg_sla_s0')!
    const merged = ticks.find(tick => tick.is_load && tick.is_throughput && tick.explanation.throughput)!
    const text = tellReasons(merged, config)
    expect(text.at(-1)).toMatch(/^Throughput scaling expects/)
    expect(text.length).toBe(3)
  })
})

/** A tick whose load decision stopped at a guard. */
function guarded(reason: LoadReason, topology: 'agg' | 'disagg'): DynamoTick {
  const {ticks} = runs.get('agg_sla_s15')!
  const engine = {
    instanceId: 0,
    scheduledPrefillTokens: 0,
    scheduledDecodeKvTokens: 0,
    queuedPrefillTokens: 0,
    queuedDecodeKvTokens: 0,
  }
  const pool = {
    instances: reason === 'no_fpm_data' ? [] : [engine],
    ready: 2,
    expected: 2,
    fit: null,
    sampleCount: 3,
    capabilities: null,
    throughputBound: 1,
  }
  const grounds: LoadGrounds =
    topology === 'agg'
      ? {topology, pool, kvHitRate: null}
      : {topology, prefill: pool, decode: pool, kvHitRate: null}
  const load: LoadDecision = decideNothing(reason)
  return {...ticks[0]!, explanation: {load, throughput: null, grounds: {load: grounds, throughput: null}}}
}

describe('the question a tick raises', () => {
  const asked = {ttft_ms: 1500, itl_ms: 50, share: 0.95}
  const questionsOf = (name: string, met: number) => {
    const {ticks} = runs.get(name)!
    const minutes = Math.ceil(ticks.at(-1)!.now_s / 60) + 1
    const burn = {interval_s: 60, share_met: Array<number>(minutes).fill(met), minutes_out: 0, minutes}
    return ticks.map(tick => ({tick, ...tellQuestion(tick, {burn, objective: asked})}))
  }

  test('is why not more where the objective is missed, and why not fewer where it is met', () => {
    for (const name of ['agg_sla_waves_s0', 'disagg_sla_s15']) {
      for (const {tick, question, because} of questionsOf(name, 0.4)) {
        if (changesFleet(tick) || isBlind(tick)) continue
        expect(question).toBe('Why not more?')
        expect(because).toContain('40.0 % of the requests that arrived in this minute met the objective')
      }
      const kept = questionsOf(name, 1).filter(({tick}) => !changesFleet(tick) && !isBlind(tick))
      expect(new Set(kept.map(({question}) => question))).toEqual(new Set(['Why not fewer?']))
    }
  })

  test('names the rule where some instances are over target and the fleet stays', () => {
    let held = 0
    for (const {ticks, config} of runs.values()) {
      for (const tick of ticks) {
        const {ttft, itl, decodeCounts} = tick.explanation.load?.explanation ?? {}
        if (config.mode !== 'agg' || decodeCounts == null || decodeCounts.wanted !== decodeCounts.current)
          continue
        const sides = [ttft, itl].filter(side => side != null)
        const isOver = ({checks, targetMs}: (typeof sides)[number]) =>
          checks.some(({estimateMs}) => estimateMs !== null && estimateMs > targetMs)
        if (!sides.some(isOver)) continue
        held++
        expect(tellReasons(tick, config)[0]).toMatch(
          /only if every instance is over its (TTFT|ITL) target of .*, and \d+ of \d+ (is|are)/,
        )
      }
    }
    expect(held).toBeGreaterThan(0)
  })
})

describe('tipping changes in words', () => {
  test('every one is a whole sentence that names its input and its outcome', () => {
    for (const {ticks, config} of runs.values()) {
      for (const tick of ticks.filter((_, i) => i % 4 === 0)) {
        const {fleet, bounds} = computeTipping(RULES_1_2, config, tick.explanation.grounds)
        const told = [
          ...fleet.map(change => tellTipping(change, 'fleet', tick)),
          ...bounds.map(change => tellTipping(change, 'bounds', tick)),
        ]
        for (const text of told) {
          expect(text).not.toMatch(FLAWS)
          expect(text).toMatch(/^With .* it would have (scaled|kept|set|taken) .*\.$/)
        }
        for (const change of fleet) expect(tellSize(change)).toMatch(/^(under )?[\d.,k]+ % (less|more)$/)
      }
    }
  })

  test('reads as an operator would say it', () => {
    const {ticks} = runs.get('agg_sla_waves_s0')!
    const tick = {...ticks[0]!, active_decode: 2}
    const change = {
      input: 'ttft' as const,
      pool: null,
      instanceId: null,
      from: 1500,
      to: 1312,
      delta: -188,
      relativeChange: 188 / 1500,
      newDecision: {prefill: null, decode: 3},
      holdsBeyond: true,
    }
    expect(tellTipping(change, 'fleet', tick)).toBe(
      'With a TTFT target of 1,312 ms or less it would have scaled up to 3.',
    )
    expect(tellSize(change)).toBe('13 % less')
  })

  test('names a setting as the form does, its key beside', () => {
    const tick = {...runs.get('agg_sla_waves_s0')!.ticks[0]!, active_decode: 2}
    const change = {
      ...{
        input: 'min_endpoint' as const,
        pool: null,
        instanceId: null,
        from: 1,
        to: 2,
        delta: 1,
        relativeChange: 1,
      },
      newDecision: {prefill: null, decode: 2},
      holdsBeyond: false,
    }
    expect(tellTipping(change, 'fleet', tick)).toBe(
      'With fewest replicas per pool (min_endpoint) 2 (not 1) it would have kept 2.',
    )
  })
})

describe('what the tables show', () => {
  test('every instance of a load tick has a row, and the steps end at the decision', () => {
    for (const {ticks} of runs.values()) {
      for (const tick of ticks) {
        if (tick.explanation.load === null) continue
        expect(instanceRows(tick).map(row => row.load.instanceId)).toEqual(tick.engines.map(e => e.worker_id))
        const steps = stepRows(tick)
        const last = steps.at(-1)
        if (last !== undefined) {
          expect(last.counts.final).toBe(tick.explanation.load.scaleTo?.num_decode ?? tick.active_decode)
        }
      }
    }
  })

  test('no fact has a hole', () => {
    for (const {ticks, config} of runs.values()) {
      for (const tick of ticks) {
        const facts = tickFacts(tick, config)
        expect(new Set(facts.map(([name]) => name)).size).toBe(facts.length)
        for (const [, value] of facts) expect(value).not.toMatch(/undefined|NaN|null/)
      }
    }
  })
})

describe('what users felt afterwards', () => {
  test('the windows run on to the next decision and hold every request completed meanwhile', () => {
    const {ticks, result} = runs.get('agg_sla_waves_s0')!
    const {requests, endMs} = result.engine
    const index = ticks.findIndex(changesFleet)
    const {before, after, whole, nextDecision} = computeAftermath(requests, ticks, index, endMs / 1000)
    expect(nextDecision).toBe(nearestDecision(ticks, index, 1))
    expect(changesFleet(ticks[nextDecision!]!)).toBe(true)
    expect(before.toS).toBe(ticks[index]!.now_s)
    expect(after.map(window => window.fromS)).toEqual(
      ticks.slice(index, nextDecision!).map(tick => tick.now_s),
    )
    expect(whole.toS).toBe(ticks[nextDecision!]!.now_s)
    expect(after.reduce((sum, window) => sum + window.completed, 0)).toBe(whole.completed)

    const own = [...requests.arrivalOrder].filter(r => {
      const lastS = requests.lastTokenMs[r]! / 1000
      return lastS > whole.fromS && lastS <= whole.toS
    })
    expect(own.length).toBe(whole.completed)
    const ttft = computeSummary(Float64Array.from(own, r => ttftMs(requests, r)))
    expect([whole.ttftMsMean, whole.ttftMsP90]).toEqual([ttft.mean, ttft.p90])
    const slowest = slowestRequests(requests, whole, 3)
    expect(ttftMs(requests, slowest[0]!)).toBe(ttft.max)
  })

  test('all windows of a run together hold every request once', () => {
    const {ticks, result} = runs.get('agg_sla_s15')!
    const {requests, endMs} = result.engine
    let completed = computeAftermath(requests, ticks, 0, endMs / 1000).before.completed
    for (let i = 0; i < ticks.length; i++) {
      completed += computeAftermath(requests, ticks, i, endMs / 1000).after[0]!.completed
    }
    expect(completed).toBe(requests.count)
  })

  test('a window in which nothing completed has no latency', () => {
    const {ticks, result} = runs.get('agg_sla_s15')!
    const last = {...ticks.at(-1)!, now_s: 1e6}
    const {whole} = computeAftermath(result.engine.requests, [last], 0, 1e6)
    expect(whole.completed).toBe(0)
    expect(whole.ttftMsMean).toBeNaN()
    expect(whole.itlMsP90).toBeNaN()
  })
})
