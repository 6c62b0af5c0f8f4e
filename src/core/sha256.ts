import {sha256} from '@noble/hashes/sha2.js'
import {bytesToHex} from '@noble/hashes/utils.js'

/**
 * SHA-256 as lower-case hex, at once and in pure code; about 175 MB/s. A whole trace is hashed by the host instead,
 * which is several times as fast (`host/sha256-of.ts`).
 */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes))
}

/** The same of bytes that come in pieces. */
export class Sha256Pieces {
  readonly #hash = sha256.create()

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  hex(): string {
    return bytesToHex(this.#hash.digest())
  }
}

/** Of a JSON text, in which characters past ASCII count by their escapes: pure code has no encoder of UTF-8. */
export function sha256OfText(text: string): string {
  const ascii = text.replace(/[^\0-\x7f]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const bytes = new Uint8Array(ascii.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = ascii.charCodeAt(i)
  return sha256Hex(bytes)
}
