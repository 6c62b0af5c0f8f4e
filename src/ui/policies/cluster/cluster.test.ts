import {describe, expect, test} from 'vitest'
import {PRESETS} from '../../../config/presets.ts'
import {initialScaling} from '../../../config/scaling/initial-scaling.ts'
import {OTHER_POLICIES} from '../../../config/scaling/parse-scaling.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {polynomialModel} from '../../../perf/polynomial.ts'
import * as clusterPolicies from '../../../policies/create-cluster-policy.ts'
import {simulate} from '../../../run/simulate.ts'
import {parseMooncake} from '../../../trace/formats/mooncake.ts'
import {generateDay} from '../../../trace/generators/day-generator.ts'
import {GENERATED_RECIPES} from '../../../trace/generators/trace-recipes.ts'
import {runDecisions} from '../run-decisions.ts'
import {fleetFacts, poolFacts} from './cluster-facts.ts'
import {type ClusterTick, isClusterTick, sizeAfter, sizeBefore} from './cluster-tick.ts'
import {kindOfTick, tellTick} from './tell-cluster.ts'

/** A morning and a night in ten minutes. */
const TRACE = generateDay({...GENERATED_RECIPES['day-morning-ramp'].spec, dayS: 600, requestCount: 900})

function run(policy: (typeof OTHER_POLICIES)[number], id: string) {
  const preset = PRESETS.find(each => each.id === id)!.scenario
  const scenario: Scenario = {...preset, engineTiming: 'polynomial', scaling: initialScaling(policy)}
  const parsed = parseMooncake(TRACE, {fileName: 'day', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!parsed.ok) throw new Error(parsed.error.message)
  const steps = simulate({
    scenario,
    workload: parsed.value,
    traceSha256: '',
    perfModelFor: () => polynomialModel,
    prefillEstimate: null,
    bootstrap: null,
    later: {parts16: null, clusterPolicies},
    clock: () => 0,
  })
  for (;;) {
    const step = steps.next()
    if (step.done) return {scenario, planner: step.value.scaling!}
  }
}

/** What no sentence for a person may hold. */
const FLAWS = /undefined|NaN|null|Infinity|\.\.|\s\s|\s[.,]/

describe.each(OTHER_POLICIES)('a run under %s', policy => {
  test.each(['guide-agg', 'guide-disagg'])('of %s is told tick by tick', id => {
    const {scenario, planner} = run(policy, id)
    const ticks = planner.ticks.filter(isClusterTick)
    expect(ticks.length).toBe(planner.ticks.length)
    expect(ticks.length).toBeGreaterThan(1)
    const pools = id === 'guide-disagg' ? 2 : 1
    for (const tick of ticks) {
      const told = tellTick(tick)
      expect(told).toHaveLength(pools)
      for (const {pool, decision, grounds} of told) {
        expect(pool === null).toBe(pools === 1)
        for (const sentence of [decision, ...grounds]) {
          expect(sentence).toMatch(/\.$/)
          expect(sentence).not.toMatch(FLAWS)
        }
        expect(decision).toBe(decisionOf(tick, pool ?? 'decode'))
      }
      expect(kindOfTick(tick)).toMatch(
        /^(HPA sync|KEDA (sync|poll|sync \+ poll)|KPA decision|step of the schedule)$/,
      )
      const facts = [...fleetFacts(tick), ...poolFacts(tick, scenario.scaling).flatMap(each => each.facts)]
      for (const [name, value] of facts) expect(`${name} ${value}`).not.toMatch(FLAWS)
      if (policy !== 'schedule') expect(facts.length).toBeGreaterThan(3)
    }
    const tracks = runDecisions(planner)
    expect(tracks).toHaveLength(pools)
    const changes = ticks.filter(tick => sizeAfter(tick, 'decode') !== sizeBefore(tick, 'decode')).length
    const lanes = tracks.at(-1)!.lanes.filter(({reason}) => reason === 'scale_up' || reason === 'scale_down')
    expect(lanes.reduce((sum, lane) => sum + lane.x.length, 0)).toBe(changes)
  })
})

function decisionOf(tick: ClusterTick, pool: 'prefill' | 'decode'): string {
  const [before, after] = [sizeBefore(tick, pool), sizeAfter(tick, pool)!]
  if (before === after) return `Kept ${before === 1 ? '1 replica' : `${before} replicas`}.`
  return `Scaled ${after > before ? 'up' : 'down'} from ${before} to ${after}.`
}
