import {describe, expect, test} from 'vitest'
import {goldenScenario, readGolden, runGolden} from '../../../../test/support/golden.ts'
import {PROJECT} from '../../../../test/support/shared.ts'
import {type PlannerConfig, plannerOf, scalingBy} from '../../../config/scenario.ts'
import {type DynamoTick, dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import type {InstanceLoad} from '../rules-1.2/latency-side.ts'
import {RULES_1_2} from '../rules-1.2/planner-rules.ts'
import {decideTick, type LoadGrounds, type TickGrounds} from '../rules-1.2/tick-decision.ts'
import {computeTipping, type TippingChange} from './tipping.ts'

const {fleetOutcome, boundsOutcome} = RULES_1_2

/** Recorded cases on generated traces: both topologies, all targets, both kinds of scaling, budgets. */
const CASES = [
  'agg_sla_s15',
  'agg_sla_waves_s0',
  'agg_load_only',
  'agg_max_budget_3',
  'agg_min_endpoint_2',
  'agg_throughput_only',
  'agg_easy_latency',
  'disagg_sla_s0',
  'disagg_budget_4',
  'disagg_easy_throughput',
]

interface Replayed {
  readonly config: PlannerConfig
  readonly ticks: readonly DynamoTick[]
}

async function replay(name: string, change: Partial<PlannerConfig> = {}): Promise<Replayed> {
  const golden = readGolden(`${PROJECT}/test/golden/replay/${name}.json`)
  const config = {...plannerOf(goldenScenario(golden))!, ...change}
  const result = await runGolden(golden, `${PROJECT}/static-traces`, {scaling: scalingBy(config)})
  return {config, ticks: dynamoTicksOf(result.scaling)}
}

/** Grid unit of an input, so that a claim can be weakened by one. */
function unitOf({input}: TippingChange): number {
  if (input === 'itl') return 0.1
  return input === 'predicted_demand' ? 0.001 : 1
}

/** The claim, written out again from its words alone: `short` units less than claimed. */
function withChange({config, grounds}: Situation, change: TippingChange, short: number): Situation {
  const weaker = Math.sign(change.to - (change.from ?? change.to - change.delta)) * unitOf(change) * short
  const value = Number((change.to - weaker).toFixed(3))
  const {input} = change
  switch (input) {
    case 'ttft':
    case 'itl':
    case 'load_scaling_down_sensitivity':
    case 'max_gpu_budget':
    case 'min_gpu_budget':
    case 'min_endpoint':
      return {config: {...config, [input]: value}, grounds}
    case 'predicted_demand': {
      const {throughput} = grounds
      const forecast = {...throughput!.forecast, numReq: value * throughput!.forecast.windowS}
      return {config, grounds: {...grounds, throughput: {...throughput!, forecast}}}
    }
    case 'throughput_bound':
      return {config, grounds: withPool(grounds, change, () => ({throughputBound: value}))}
    case 'queued_prefill_tokens':
    case 'kv_tokens': {
      const key = input === 'kv_tokens' ? 'scheduledDecodeKvTokens' : 'queuedPrefillTokens'
      const delta = change.delta - Math.sign(change.delta) * short
      const turned = (instance: InstanceLoad) =>
        change.instanceId === null || change.instanceId === instance.instanceId
          ? {...instance, [key]: Math.max(0, instance[key] + delta)}
          : instance
      return {config, grounds: withPool(grounds, change, instances => ({instances: instances.map(turned)}))}
    }
    default:
      throw new Error(`${input} is no input of 1.2.1`)
  }
}

interface Situation {
  readonly config: PlannerConfig
  readonly grounds: TickGrounds
}

function withPool(
  grounds: TickGrounds,
  {pool}: TippingChange,
  turn: (instances: readonly InstanceLoad[]) => object,
): TickGrounds {
  const key = pool === 'agg' ? 'pool' : pool!
  const load = grounds.load as unknown as Record<string, {instances: readonly InstanceLoad[]}>
  const state = load[key]!
  return {...grounds, load: {...load, [key]: {...state, ...turn(state.instances)}} as unknown as LoadGrounds}
}

describe.each(CASES)('%s', name => {
  test('what a tick kept is enough to take its decisions again, to the last digit', async () => {
    const {config, ticks} = await replay(name)
    expect(ticks.length).toBeGreaterThan(10)
    for (const {explanation} of ticks) {
      const {load, throughput, grounds} = explanation
      expect(decideTick(config, grounds)).toEqual({load, throughput})
    }
  })

  test('every claimed change flips the decision, and a unit less does not', async () => {
    const {config, ticks} = await replay(name)
    let claims = 0
    for (const tick of ticks) {
      const situation = {config, grounds: tick.explanation.grounds}
      const {fleet, bounds} = computeTipping(RULES_1_2, config, situation.grounds)
      const subjects = [
        {changes: fleet, outcomeOf: fleetOutcome},
        {changes: bounds, outcomeOf: boundsOutcome},
      ]
      for (const {changes, outcomeOf} of subjects) {
        const outcome = ({config, grounds}: Situation) => outcomeOf(grounds, decideTick(config, grounds))
        const base = outcome(situation)
        for (const change of changes) {
          const claim = `${tick.at_s} ${JSON.stringify(change)}`
          expect(outcome(withChange(situation, change, 0)), claim).toEqual(change.newDecision)
          expect(change.newDecision, claim).not.toEqual(base)
          expect(outcome(withChange(situation, change, 1)), claim).toEqual(base)
          claims++
        }
        const sizes = changes.map(change => change.relativeChange)
        expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
      }
    }
    expect(claims).toBeGreaterThan(ticks.length / 2)
  })
})

describe('a whole run with the tipping target', () => {
  test('decides otherwise at its first tick, which no earlier decision has touched', async () => {
    const {config, ticks} = await replay('agg_sla_waves_s0')
    const first = ticks[0]!
    const change = computeTipping(RULES_1_2, config, first.explanation.grounds).fleet.find(
      c => c.input === 'itl',
    )!
    const tipped = await replay('agg_sla_waves_s0', {itl: change.to})
    const almost = await replay('agg_sla_waves_s0', {
      itl: change.to - Math.sign(change.to - config.itl) * 0.1,
    })
    const counts = ({ticks}: Replayed) => ticks[0]!.scale_to?.num_decode ?? ticks[0]!.active_decode
    expect(counts({config, ticks})).not.toBe(counts(tipped))
    expect(counts(tipped)).toBe(change.newDecision?.decode)
    expect(counts(almost)).toBe(counts({config, ticks}))
  })
})

describe('which changes are offered', () => {
  test('none where a guard stopped before any input was looked at', async () => {
    const {config, ticks} = await replay('agg_sla_s15')
    const stopped = ticks.filter(tick => tick.load_decision_reason === 'scaling_in_progress')
    expect(stopped.length).toBeGreaterThan(0)
    for (const {explanation} of stopped) {
      expect(computeTipping(RULES_1_2, config, explanation.grounds).fleet).toEqual([])
    }
  })

  test('no latency target for a planner that scales by utilisation', async () => {
    const {config, ticks} = await replay('agg_easy_latency')
    const inputs = ticks.flatMap(({explanation}) =>
      computeTipping(RULES_1_2, config, explanation.grounds).fleet.map(change => change.input),
    )
    expect(inputs).not.toContain('ttft')
    expect(inputs).toContain('kv_tokens')
  })

  test('the ones of demand and targets for the bound that throughput scaling sets', async () => {
    const {config, ticks} = await replay('disagg_sla_s0')
    const bounds = ticks.flatMap(
      ({explanation}) => computeTipping(RULES_1_2, config, explanation.grounds).bounds,
    )
    expect(new Set(bounds.map(change => change.input))).toContain('predicted_demand')
  })
})

test('no smaller change of a target would do: every step on the way there is tried', async () => {
  const {config, ticks} = await replay('agg_sla_waves_s0')
  let checked = 0
  for (const {explanation} of ticks.slice(0, 8)) {
    const {grounds} = explanation
    const at = (change: Partial<PlannerConfig>) =>
      fleetOutcome(grounds, decideTick({...config, ...change}, grounds))
    for (const change of computeTipping(RULES_1_2, config, grounds).fleet) {
      if (change.input !== 'ttft' || change.to > 20_000) continue
      const [low, high] =
        change.to < config.ttft ? [change.to + 1, config.ttft] : [config.ttft, change.to - 1]
      for (let ttft = low; ttft <= high; ttft++) expect(at({ttft})).toEqual(at({}))
      checked++
    }
  }
  expect(checked).toBeGreaterThan(3)
})
