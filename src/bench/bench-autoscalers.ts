import {phaseIntervalS} from '../config/scaling/phase-interval.ts'
import type {AutoscalerScaling, Scaling, Scenario} from '../config/scenario.ts'
import type {BenchPolicy, BenchSettings} from './bench-policy.ts'

/** Of the batch at which ITL meets its objective, where an autoscaler begins to add: room for what comes while one starts. */
const HEADROOM = 0.7
/** Waiting requests per replica, as in the published examples (policies.md 5). */
const WAITING = 5
/** Up by doubling, down by one a minute after five minutes of less: the setting that policies.md 5 gives as sane. */
const BEHAVIOR = {
  scaleUp: {stabilizationWindowSeconds: 0, policies: [{type: 'Percent', value: 100, periodSeconds: 15}]},
  scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: 'Pods', value: 1, periodSeconds: 60}]},
}

/** Requests of a replica that an autoscaler aims at; Knative's are those in flight. */
export interface AutoscalerTargets {
  readonly waiting?: number
  readonly running?: number
}

/** An autoscaler with settings that somebody without a measurement would begin with, but for these targets. */
export function autoscaler(
  base: Scenario,
  policy: AutoscalerScaling['policy'],
  settings: BenchSettings,
  targets: AutoscalerTargets,
): BenchPolicy {
  const usual = Math.max(1, Math.round(HEADROOM * settings.batchAtItl))
  const {waiting = WAITING, running = usual} = targets
  const inFlight = targets.running ?? settings.batchAtItl
  const pool = poolSettings(policy, {waiting, running, inFlight}, base, settings)
  const scaling: Scaling = {policy, config: {pools: {all: pool}}}
  return {
    id: policy,
    label:
      policy === 'kpa'
        ? `Knative, 70 % of ${inFlight} in flight`
        : `${policy.toUpperCase()}, waiting ${waiting}, running ${running}`,
    kind: policy,
    scenario: {...base, scaling},
    size: null,
    intervalS: phaseIntervalS(scaling),
  }
}

function poolSettings(
  policy: AutoscalerScaling['policy'],
  {waiting, running, inFlight}: Readonly<Record<'waiting' | 'running' | 'inFlight', number>>,
  {fleet}: Scenario,
  {most, least}: BenchSettings,
): object {
  // Each pool has a controller of its own, and none knows the other's size: the budget is split between them.
  const max = fleet.topology === 'agg' ? most : Math.max(Math.floor(most / 2), least)
  switch (policy) {
    case 'hpa':
      return {
        minReplicas: least,
        maxReplicas: max,
        metrics: [averageOf('sum(waiting)', waiting), averageOf('sum(running)', running)],
        behavior: BEHAVIOR,
      }
    case 'keda':
      return {
        minReplicaCount: least,
        maxReplicaCount: max,
        advanced: {horizontalPodAutoscalerConfig: {behavior: BEHAVIOR}},
        triggers: [triggerOf('sum(waiting)', waiting), triggerOf('sum(running)', running)],
      }
    case 'kpa':
      return {
        annotations: {'min-scale': String(least), 'max-scale': String(max)},
        containerConcurrency: inFlight,
      }
  }
}

function averageOf(name: string, value: number): object {
  return {
    type: 'External',
    external: {metric: {name}, target: {type: 'AverageValue', averageValue: String(value)}},
  }
}

function triggerOf(query: string, threshold: number): object {
  return {type: 'prometheus', metadata: {query, threshold: String(threshold)}}
}
