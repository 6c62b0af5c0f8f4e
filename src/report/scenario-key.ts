import {formerScenario} from '../config/former-scenario.ts'
import type {Scenario} from '../config/scenario.ts'
import {stableJson} from '../core/stable-json.ts'

/**
 * Names what a scenario makes of a trace: equal keys, equal runs, up to a chance of about 1 in 10^16. The trace has its own
 * checksum, the seed only breaks ties of the KV router, and an objective judges a run without changing it.
 */
export function scenarioKey({trace: _trace, seed: _seed, objective: _objective, ...run}: Scenario): string {
  return hashOf(stableJson(formerScenario(run)))
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
