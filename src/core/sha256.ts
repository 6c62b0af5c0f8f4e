import {sha256} from '@noble/hashes/sha2.js'
import {bytesToHex} from '@noble/hashes/utils.js'

/**
 * SHA-256 as lower-case hex. Not the browser's own, which is missing on plain http pages and asynchronous;
 * a table file is a third of a megabyte, a few milliseconds here.
 */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes))
}
