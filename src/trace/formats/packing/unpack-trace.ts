import {decompress} from 'fzstd'
import type {Result} from '../../../core/result.ts'
import {type UnpackedTrace, unwrapTrace} from './unwrap-trace.ts'

/** `unwrapTrace` with all that a file can be packed with. */
export function unpackTrace(packed: Uint8Array, fileName: string): Result<UnpackedTrace> {
  return unwrapTrace(packed, fileName, unpackZstd)
}

export function unpackZstd(packed: Uint8Array): Uint8Array {
  return decompress(packed)
}
