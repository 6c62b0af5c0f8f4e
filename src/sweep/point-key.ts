import {VERSION} from '../config/link/version.ts'
import type {Scenario} from '../config/scenario.ts'
import {sha256Hex} from '../core/sha256.ts'

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
  return sha256OfText(stableStringify({version: VERSION, traceSha256, profileSha256, knobs}))
}

export function sha256OfText(text: string): string {
  const ascii = text.replace(/[^\0-\x7f]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return sha256Hex(Uint8Array.from(ascii, char => char.charCodeAt(0)))
}

/** JSON with the keys of every object in order, so that equal values give equal texts. */
export function stableStringify(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
