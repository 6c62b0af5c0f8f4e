import {formerScenario} from '../config/former-scenario.ts'
import {VERSION} from '../config/link/version.ts'
import type {Scenario} from '../config/scenario.ts'
import {sha256OfText} from '../core/sha256.ts'
import {stableJson} from '../core/stable-json.ts'

export interface PointIdentity {
  readonly scenario: Scenario
  /** Checksum of the trace file: its name and place do not matter. A seed that makes it anew is in the scenario. */
  readonly traceSha256: string
  /** Checksum of the recorded profile, null without one: the scenario holds only its path. */
  readonly profileSha256: string | null
}

/** Equal for two points exactly if they are the same run of the same release: the key of kept results. */
export function pointKey({scenario, traceSha256, profileSha256}: PointIdentity): string {
  const {trace: _, ...knobs} = scenario
  return sha256OfText(
    stableJson({version: VERSION, traceSha256, profileSha256, knobs: formerScenario(knobs)}),
  )
}
