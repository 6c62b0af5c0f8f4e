import {parseHpaSettings, parseKedaSettings, parseKpaSettings} from '../config/scaling/parse-autoscaler.ts'
import {parseSchedule} from '../config/scaling/parse-schedule.ts'
import type {PoolMap} from '../config/scaling/pool-map.ts'
import type {AutoscalerScaling, Scenario, ScheduleScaling} from '../config/scenario.ts'
import {unreachable} from '../core/assert.ts'
import {type Result, RunError} from '../core/result.ts'
import type {ScalingPolicy} from '../scaling/policy.ts'
import {type HpaDetail, HpaPolicy} from './hpa/hpa-policy.ts'
import {type KedaDetail, KedaPolicy} from './keda/keda-policy.ts'
import {type KpaDetail, KpaPolicy} from './kpa/kpa-policy.ts'
import {type ScheduleDetail, SchedulePolicy} from './schedule/schedule-policy.ts'

export type ClusterPolicyDetail = HpaDetail | KedaDetail | KpaDetail | ScheduleDetail

/** The policy that a scenario names, ready to drive its fleet. */
export function createClusterPolicy(
  scaling: AutoscalerScaling | ScheduleScaling,
  {fleet, seed}: Pick<Scenario, 'fleet' | 'seed'>,
): ScalingPolicy<ClusterPolicyDetail> {
  if (scaling.policy === 'schedule') return new SchedulePolicy(settingsOf(parseSchedule(scaling.config)))
  const options = {seed, phaseShiftS: scaling.phaseShiftS ?? 0}
  const forFleet = <S extends {readonly pools: PoolMap<unknown>}>(settings: S): S =>
    // An aggregated fleet's one pool goes by `decode`.
    fleet.topology === 'agg' ? {...settings, pools: {...settings.pools, prefill: null}} : settings
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
