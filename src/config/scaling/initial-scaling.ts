import {unreachable} from '../../core/assert.ts'
import type {OtherScaling} from './parse-scaling.ts'

/**
 * What a policy begins with where nothing is said of its settings: by requests that wait and that run, up at once, down by
 * one a minute (policies.md 5, the starting point for comparing with the planner). No value is right for every model:
 * how the result moves with the targets is what to look at.
 */
export function initialScaling(policy: OtherScaling['policy']): OtherScaling {
  switch (policy) {
    case 'hpa':
      return {policy, config: {pools: {all: INITIAL_HPA}}}
    case 'keda':
      return {policy, config: {pools: {all: INITIAL_KEDA}}}
    case 'kpa':
      return {
        policy,
        config: {pools: {all: {annotations: {target: '8', 'min-scale': '1', 'max-scale': '8'}}}},
      }
    case 'schedule':
      return {policy, config: {steps: [step(0, 2), step(300, 4)]}}
    default:
      return unreachable(policy)
  }
}

const BEHAVIOR = {
  scaleUp: {stabilizationWindowSeconds: 0, policies: [{type: 'Percent', value: 100, periodSeconds: 15}]},
  scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: 'Pods', value: 1, periodSeconds: 60}]},
}

const INITIAL_HPA = {
  minReplicas: 1,
  maxReplicas: 8,
  metrics: [external('sum(waiting)', '5'), external('sum(running)', '16')],
  behavior: BEHAVIOR,
}

const INITIAL_KEDA = {
  minReplicaCount: 1,
  maxReplicaCount: 8,
  pollingInterval: 30,
  cooldownPeriod: 300,
  triggers: [trigger('sum(waiting)', '5'), trigger('sum(running)', '16')],
  advanced: {horizontalPodAutoscalerConfig: {behavior: BEHAVIOR}},
}

function external(name: string, averageValue: string): object {
  return {type: 'External', external: {metric: {name}, target: {type: 'AverageValue', averageValue}}}
}

function trigger(query: string, threshold: string): object {
  return {type: 'prometheus', metadata: {query, threshold}}
}

/** Both pools of a disaggregated fleet; an aggregated one has `decode` alone. */
function step(at: number, replicas: number): object {
  return {at, prefill: replicas, decode: replicas}
}
