import type {Scaling} from '../scenario.ts'
import {AUTOSCALER_FACTS} from './parse-policy-text.ts'

/** Seconds between two looks of the policy, over which its phases are spread; null = it looks at no moments of its own. */
export function phaseIntervalS(scaling: Scaling): number | null {
  if (scaling.policy === 'fixed' || scaling.policy === 'schedule') return null
  return scaling.policy === 'dynamo'
    ? scaling.config.load_adjustment_interval
    : AUTOSCALER_FACTS[scaling.policy].decidesEveryS
}
