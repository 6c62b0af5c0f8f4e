import {blake3} from '@noble/hashes/blake3.js'
import {bytesToHex} from '@noble/hashes/utils.js'

/** 64 hex digits. */
export function blake3Hex(bytes: Uint8Array): string {
  return bytesToHex(blake3(bytes))
}
