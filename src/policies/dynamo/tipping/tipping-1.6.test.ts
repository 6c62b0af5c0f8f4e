import {describe, expect, test} from 'vitest'
import {type Golden16File, readGolden16, runGolden16, scenarioOf} from '../../../../test/support/golden16.ts'
import {PROJECT} from '../../../../test/support/shared.ts'
import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import {plannerOf, type Scenario} from '../../../config/scenario.ts'
import {type DynamoTick, dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import type {ForwardPass} from '../rules-1.6/pass-times/forward-pass.ts'
import {RULES_1_6} from '../rules-1.6/planner-rules.ts'
import type {TickGrounds16} from '../rules-1.6/tick-decision.ts'
import {computeTipping, type TippingChange} from './tipping.ts'

const {decide, fleetOutcome, boundsOutcome} = RULES_1_6

/** Recorded cases on bundled traces, and what is changed of them: both topologies, all targets, both loops, budgets, minima. */
const CASES: readonly {readonly name: string; readonly change?: Partial<PlannerConfig16>}[] = [
  {name: 'a_both_polynomial'},
  {name: 'a_both_tables_startup'},
  {name: 'a_few_samples_tight', change: {max_gpu_budget: 3}},
  {name: 'a_target_load'},
  {name: 'a_throughput_kalman'},
  {name: 'x_both_polynomial', change: {decode_min_endpoint: 1, max_gpu_budget: 6, min_gpu_budget: 3}},
  {name: 'x_both_tables_startup'},
  {name: 'x_target_latency'},
]

interface Replayed {
  readonly config: PlannerConfig16
  readonly ticks: readonly DynamoTick[]
}

function withConfig(golden: Golden16File, change: Partial<PlannerConfig16>): Scenario['scaling'] {
  const {scaling} = scenarioOf(golden)
  return {...scaling, config: {...plannerOf(scenarioOf(golden))!, ...change}} as Scenario['scaling']
}

async function replay(name: string, change: Partial<PlannerConfig16> = {}): Promise<Replayed> {
  const golden = readGolden16(`${PROJECT}/test/golden16/planner/${name}.json`)
  const scaling = withConfig(golden, change)
  const {scaling: record} = await runGolden16(golden, {scaling})
  return {config: plannerOf({scaling}) as PlannerConfig16, ticks: dynamoTicksOf(record)}
}

interface Situation {
  readonly config: PlannerConfig16
  readonly grounds: TickGrounds16
}

/** Grid unit of an input, so that a claim can be weakened by one. */
function unitOf({input}: TippingChange): number {
  if (input === 'itl' || input.endsWith('_kv_rate')) return 0.1
  return input === 'predicted_demand' ? 0.001 : 1
}

/** The claim, written out again from its words alone: `short` units less than claimed. */
function withChange({config, grounds}: Situation, change: TippingChange, short: number): Situation {
  const {input, pool, to, delta, instanceId} = change
  const value = Number((to - Math.sign(to - (change.from ?? to - delta)) * unitOf(change) * short).toFixed(3))
  const role = pool === 'prefill' ? 'prefill' : 'decode'
  const state = grounds[role]!
  switch (input) {
    case 'predicted_demand': {
      const {throughput} = grounds
      const forecast = {...throughput!.forecast, numReq: value * throughput!.forecast.windowS}
      return {config, grounds: {...grounds, throughput: {...throughput!, forecast}}}
    }
    case 'throughput_bound':
      return {config, grounds: {...grounds, [role]: {...state, throughputBound: value}}}
    case 'queued_prefill_tokens':
    case 'kv_tokens': {
      const key = input === 'kv_tokens' ? 'decodeKvTokens' : 'queuedPrefillTokens'
      const moved = delta - Math.sign(delta) * short
      const turned = (pass: ForwardPass) =>
        instanceId === null || instanceId === pass.instanceId
          ? {...pass, [key]: Math.max(0, pass[key] + moved)}
          : pass
      return {config, grounds: {...grounds, [role]: {...state, instances: state.instances.map(turned)}}}
    }
    default:
      return {config: {...config, [input]: value}, grounds}
  }
}

describe.each(CASES)('$name $change', ({name, change}) => {
  test('every claimed change flips the decision, and a unit less does not', async () => {
    const {config, ticks} = await replay(name, change)
    expect(ticks.length).toBeGreaterThan(10)
    let claims = 0
    for (const tick of ticks) {
      const grounds = tick.grounds16!
      const {fleet, bounds} = computeTipping(RULES_1_6, config, grounds)
      const subjects = [
        {changes: fleet, outcomeOf: fleetOutcome},
        {changes: bounds, outcomeOf: boundsOutcome},
      ]
      for (const {changes, outcomeOf} of subjects) {
        const outcome = (other: Situation) => outcomeOf(other.grounds, decide(other.config, other.grounds))
        const base = outcome({config, grounds})
        for (const claimed of changes) {
          const claim = `${tick.at_s} ${JSON.stringify(claimed)}`
          expect(outcome(withChange({config, grounds}, claimed, 0)), claim).toEqual(claimed.newDecision)
          expect(claimed.newDecision, claim).not.toEqual(base)
          expect(outcome(withChange({config, grounds}, claimed, 1)), claim).toEqual(base)
          claims++
        }
        const sizes = changes.map(({relativeChange}) => relativeChange)
        expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
      }
    }
    expect(claims).toBeGreaterThan(ticks.length / 2)
  })

  test('what a tick kept is plain data, and enough to take its decisions again', async () => {
    const {config, ticks} = await replay(name, change)
    for (const {grounds16, explanation, scale_to} of ticks) {
      const kept = structuredClone(grounds16!)
      const {load, scaleTo} = decide(config, kept)
      expect(load).toEqual(explanation.load)
      const told = fleetOutcome(kept, {load, throughput: null, proposal: null, scaleTo})!
      if (scale_to?.num_decode != null) expect(told.decode).toBe(scale_to.num_decode)
    }
  })
})

describe('a whole run with a tipping setting', () => {
  test('decides otherwise at the tick that was asked, the first that scaled', async () => {
    const name = 'a_both_polynomial'
    const {config, ticks} = await replay(name)
    const at = ticks.findIndex(({scale_to}) => scale_to !== undefined)
    const change = computeTipping(RULES_1_6, config, ticks[at]!.grounds16!).fleet.find(
      ({input}) => input === 'itl',
    )!
    const counts = ({ticks: of}: Replayed) => of[at]!.scale_to?.num_decode ?? of[at]!.active_decode
    const tipped = await replay(name, {itl: change.to})
    const almost = await replay(name, {itl: change.to - Math.sign(change.delta) * 0.1})
    expect(counts(tipped)).toBe(change.newDecision?.decode)
    expect(counts(almost)).toBe(counts({config, ticks}))
    expect(counts(tipped)).not.toBe(counts(almost))
  })
})

describe('which changes are offered', () => {
  const inputsOf = async (name: string, change: Partial<PlannerConfig16> = {}) => {
    const {config, ticks} = await replay(name, change)
    return new Set(
      ticks.flatMap(({grounds16}) => {
        const {fleet, bounds} = computeTipping(RULES_1_6, config, grounds16!)
        return [...fleet, ...bounds].map(({input}) => input)
      }),
    )
  }

  test('the thresholds of target load, and no latency target', async () => {
    const inputs = await inputsOf('a_target_load')
    expect(inputs).toContain('decode_scale_up_kv_rate')
    expect(inputs).toContain('kv_tokens')
    expect(inputs).not.toContain('ttft')
  })

  test('only settings that the planner takes', async () => {
    const {config, ticks} = await replay('a_few_samples_tight', {max_gpu_budget: 3, min_endpoint: 2})
    for (const {grounds16} of ticks) {
      for (const {input, to} of computeTipping(RULES_1_6, config, grounds16!).fleet) {
        if (input === 'max_gpu_budget') expect(to).toBeGreaterThanOrEqual(2)
        if (input === 'min_endpoint') expect(to).toBeLessThanOrEqual(3)
      }
    }
  })

  test('demand, and how far one observation may go, for the bound that throughput scaling sets', async () => {
    expect(await inputsOf('x_both_tables_startup')).toContain('predicted_demand')
  })
})
