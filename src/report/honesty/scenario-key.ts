import {formerScenario} from '../../config/former-scenario.ts'
import {AUTOSCALERS} from '../../config/scaling/parse-policy-text.ts'
import type {Scenario} from '../../config/scenario.ts'
import {isConstantStart} from '../../config/startup/startup-spec.ts'
import {stableJson} from '../../core/stable-json.ts'

/**
 * Names what a scenario makes of a trace: equal keys, equal runs, up to a chance of about 1 in 10^16. The trace has its own
 * checksum, an objective judges a run without changing it, and the seed counts where something is random by it.
 */
export function scenarioKey(scenario: Scenario): string {
  const {trace: _trace, objective: _objective, seed, ...rest} = scenario
  const run = formerScenario(rest)
  return hashOf(stableJson(isRandom(scenario) ? {...run, seed} : run))
}

/** Whose moments of looking are random. */
const LOOKING_BY_CHANCE: ReadonlySet<string> = new Set(AUTOSCALERS)

/** Ties of the KV router, the sessions of a sample, when an autoscaler happens to look, and how long a start takes. */
function isRandom({routerMode, traceSelection, scaling, startup}: Scenario): boolean {
  return (
    routerMode === 'kv_router' ||
    traceSelection?.sample !== undefined ||
    LOOKING_BY_CHANCE.has(scaling.policy) ||
    (startup !== undefined && !isConstantStart(startup))
  )
}

/** 64 bits of text as hex: two multiplicative hashes of 32 bits that stir each other at the end. */
function hashOf(text: string): string {
  let low = 0x9e3779b9
  let high = 0x85ebca6b
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x9e3779b1)
    high = Math.imul(high ^ code, 0x5f356495)
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  return [high, low].map(half => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
