import {parseHpaSettings, parseKedaSettings, parseKpaSettings} from '../config/scaling/parse-autoscaler.ts'
import {parseSchedule} from '../config/scaling/parse-schedule.ts'
import type {PoolMap} from '../config/scaling/pool-map.ts'
import type {AutoscalerScaling, Scenario, ScheduleScaling} from '../config/scenario.ts'
import {unreachable} from '../core/assert.ts'
import {type Result, RunError} from '../core/result.ts'
import type {ScalingPolicy} from '../scaling/policy.ts'
import type {ClusterPolicyDetail} from './cluster-policy-detail.ts'
import {HpaPolicy} from './hpa/hpa-policy.ts'
import {KedaPolicy} from './keda/keda-policy.ts'
import {KpaPolicy} from './kpa/kpa-policy.ts'
import {SchedulePolicy} from './schedule/schedule-policy.ts'

/** The policy of a cluster that a scenario names, ready to drive its fleet. */
export function createClusterPolicy(
  scaling: AutoscalerScaling | ScheduleScaling,
  {fleet, seed}: Pick<Scenario, 'fleet' | 'seed'>,
): ScalingPolicy<ClusterPolicyDetail> {
  // An aggregated fleet's one pool goes by `decode`.
  const isAgg = fleet.topology === 'agg'
  if (scaling.policy === 'schedule') {
    const schedule = settingsOf(parseSchedule(scaling.config))
    const steps = isAgg ? schedule.steps.map(step => ({...step, prefill: null})) : schedule.steps
    return new SchedulePolicy({...schedule, steps})
  }
  const options = {seed, phaseShiftS: scaling.phaseShiftS ?? 0}
  const forFleet = <S extends {readonly pools: PoolMap<unknown>}>(settings: S): S =>
    isAgg ? {...settings, pools: {...settings.pools, prefill: null}} : settings
  const {policy} = scaling
  switch (policy) {
    case 'hpa':
      return new HpaPolicy(forFleet(settingsOf(parseHpaSettings(scaling.config)).settings), options)
    case 'keda':
      return new KedaPolicy(forFleet(settingsOf(parseKedaSettings(scaling.config)).settings), options)
    case 'kpa':
      return new KpaPolicy(forFleet(settingsOf(parseKpaSettings(scaling.config)).settings), options)
    default:
      return unreachable(policy)
  }
}

/** A scenario is checked before it runs; one that came another way ends the run with the sentence. */
function settingsOf<T>(parsed: Result<T>): T {
  if (!parsed.ok) throw new RunError(`policy: ${parsed.error.message}`)
  return parsed.value
}
