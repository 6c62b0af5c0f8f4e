import {sha256Hex} from '../core/sha256.ts'

/**
 * SHA-256 of bytes as lower-case hex by the host's own code, in the browser and in Node; on a page served by plain http,
 * where browsers withhold it, by ours.
 */
export async function sha256Of(bytes: Uint8Array | ArrayBuffer): Promise<string> {
  if (crypto.subtle === undefined) return sha256Hex(new Uint8Array(bytes))
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer> | ArrayBuffer)
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Of bytes that follow one another; the browser's code takes them in one piece only. */
export function sha256OfParts(parts: readonly Uint8Array[]): Promise<string> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return sha256Of(all)
}
