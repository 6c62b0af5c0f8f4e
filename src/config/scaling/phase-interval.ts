import type {AutoscalerScaling, Scaling} from '../scenario.ts'

/** How often each autoscaler decides, s: Kubernetes' sync of the HPA, which KEDA feeds, and Knative's tick (policies.md 2 and 4). */
const DECIDES_EVERY_S: Readonly<Record<AutoscalerScaling['policy'], number>> = {hpa: 15, keda: 15, kpa: 2}

/** Seconds between two looks of the policy, over which its phases are spread; null = it looks at no moments of its own. */
export function phaseIntervalS(scaling: Scaling): number | null {
  if (scaling.policy === 'fixed' || scaling.policy === 'schedule') return null
  return scaling.policy === 'dynamo'
    ? scaling.config.load_adjustment_interval
    : DECIDES_EVERY_S[scaling.policy]
}
