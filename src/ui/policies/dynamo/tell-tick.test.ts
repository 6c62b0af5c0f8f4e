import {readdirSync} from 'node:fs'
import {beforeAll, describe, expect, test} from 'vitest'
import {readGolden16, runGolden16, scenarioOf} from '../../../../test/support/golden16.ts'
import {PROJECT} from '../../../../test/support/shared.ts'
import {type PlannerConfig, plannerOf} from '../../../config/scenario.ts'
import {type DynamoTick, dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import {type ToldTick, tellTick} from './tell-tick.ts'
import {stepRows} from './tick-facts.ts'

const FOLDER = `${PROJECT}/test/golden16/planner`

interface Told {
  readonly config: PlannerConfig
  readonly tick: DynamoTick
  readonly told: ToldTick
}

/** Every tick of the planner runs of 1.6.1 on record: both topologies, all targets. */
const all: Told[] = []

beforeAll(async () => {
  for (const name of readdirSync(FOLDER)) {
    const golden = readGolden16(`${FOLDER}/${name}`)
    const {planner} = await runGolden16(golden)
    const config = plannerOf(scenarioOf(golden))!
    all.push(...dynamoTicksOf(planner).map(tick => ({config, tick, told: tellTick(tick, config)})))
  }
}, 120_000)

/** What no sentence for a person may hold: a hole, a raw key of the planner, a doubled or missing stop. */
const FLAWS = /undefined|NaN|null|Infinity|scale_down|scale_up|no_change|\.\.|\s\s|\s[.,]/

describe('a tick of 1.6.1 in words', () => {
  test('has whole sentences, and is not offered to be tipped', () => {
    expect(all.length).toBeGreaterThan(100)
    for (const {told} of all) {
      expect(told.canTip).toBe(false)
      expect(told.reasons.length).toBeGreaterThan(0)
      for (const reason of told.reasons) {
        expect(reason).not.toMatch(FLAWS)
        expect(reason).toMatch(/^[A-Z].*\.$/)
      }
      for (const fact of told.facts) expect(fact.join(' ')).not.toMatch(/undefined|NaN/)
    }
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
      expect(told.engines).toHaveLength(tick.engines.length)
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
