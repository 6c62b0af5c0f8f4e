import {readdirSync} from 'node:fs'
import {beforeAll, describe, expect, test} from 'vitest'
import {readGolden16, runGolden16, scenarioOf} from '../../../../test/support/golden16.ts'
import {PROJECT} from '../../../../test/support/shared.ts'
import {applyRemedy} from '../../../answers/try-cures.ts'
import {type PlannerConfig, plannerOf, type Scenario} from '../../../config/scenario.ts'
import {RULES_1_6} from '../../../policies/dynamo/rules-1.6/planner-rules.ts'
import {computeTipping} from '../../../policies/dynamo/tipping/tipping.ts'
import {type DynamoTick, dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import {type ToldTick, tellTick} from './tell-tick.ts'
import {tellTippingChanges} from './tell-tipping-changes.ts'
import {stepRows} from './tick-facts.ts'

const FOLDER = `${PROJECT}/test/golden16/planner`

interface Told {
  readonly scenario: Scenario
  readonly config: PlannerConfig
  readonly tick: DynamoTick
  readonly told: ToldTick
}

/** Every tick of the planner runs of 1.6.1 on record: both topologies, all targets. */
const all: Told[] = []

beforeAll(async () => {
  for (const name of readdirSync(FOLDER)) {
    const golden = readGolden16(`${FOLDER}/${name}`)
    const {scaling} = await runGolden16(golden)
    const scenario = scenarioOf(golden)
    const config = plannerOf(scenario)!
    all.push(...dynamoTicksOf(scaling).map(tick => ({scenario, config, tick, told: tellTick(tick, config)})))
  }
}, 120_000)

/** What no sentence for a person may hold: a hole, a raw key of the planner, a doubled or missing stop. */
const FLAWS = /undefined|NaN|null|Infinity|scale_down|scale_up|no_change|\.\.|\s\s|\s[.,]/

describe('a tick of 1.6.1 in words', () => {
  test('has whole sentences', () => {
    expect(all.length).toBeGreaterThan(100)
    for (const {told} of all) {
      expect(told.reasons.length).toBeGreaterThan(0)
      for (const reason of told.reasons) {
        expect(reason).not.toMatch(FLAWS)
        expect(reason).toMatch(/^[A-Z].*\.$/)
      }
      for (const fact of told.facts) expect(fact.join(' ')).not.toMatch(/undefined|NaN/)
    }
  })

  test('tells what would have tipped it, settings as knobs that a run takes', () => {
    const knobs = new Set<string>()
    for (const {scenario, told, tick, config} of all.filter((_, i) => i % 5 === 0)) {
      const question = told.tippingQuestion
      if (question?.release !== '1.6.1') throw new Error('the grounds of the tick were not kept')
      const tipping = computeTipping(RULES_1_6, question.config, question.grounds)
      for (const {text, knob} of tellTippingChanges(tipping, tick, config)) {
        expect(text).toMatch(/^With .* it would have (scaled|kept|set) .*\.$/)
        expect(text).not.toMatch(/undefined|NaN|null|Infinity|\s\s/)
        for (const name of Object.keys(knob ?? {})) knobs.add(name)
        if (knob !== null) expect(applyRemedy(scenario, knob)).not.toBeNull()
      }
    }
    expect(knobs).toContain('planner.itl')
    expect(knobs).toContain('planner.decode_scale_up_kv_rate')
  })

  test('says of a change of the fleet what the record says', () => {
    const changes = all.filter(
      ({tick}) => tick.load_decision_reason === 'scale_up' && tick.active_prefill === 0,
    )
    expect(changes.length).toBeGreaterThan(0)
    for (const {tick, told} of changes) {
      const to = tick.scale_to?.num_decode ?? tick.active_decode
      if (to > tick.active_decode)
        expect(told.reasons[0]).toContain(`Scaled up from ${tick.active_decode} to ${to}`)
      expect(stepRows(tick)[0]?.pool).toBe('replicas')
    }
  })

  test('has a row for every instance that was seen, and the budget in GPUs', () => {
    for (const {tick, told} of all) {
      expect(told.instances).toHaveLength(tick.engines.length)
      expect(told.facts.find(([name]) => name === 'budget')?.[1]).toMatch(/GPUs$/)
    }
  })

  test('tells every guard that stopped a decision', () => {
    const stops = new Set(
      all
        .filter(({tick}) => tick.explanation.load?.explanation.decodeCounts === null)
        .map(({tick, told}) => `${tick.load_decision_reason}: ${told.reasons[0]}`),
    )
    for (const stop of stops) expect(stop).toMatch(/: (Held still|Kept|Load scaling is switched off)/)
  })
})
