import {gunzipSync} from 'node:zlib'
import {isGzip, UNPACKED_BYTES_MAX} from '../../trace/formats/gzip.ts'

/** No deflated byte stands for more than this many. */
const MAX_EXPANSION = 1032
/** So that the last block need not be grown for. */
const SPARE_BYTES = 64

/**
 * What a gzip file holds, by Node's own inflater, which is several times faster than ours in JavaScript. Other bytes come
 * back as they are, and so does what the inflater refuses or leaves a rest of: our reader takes it, or says what is wrong.
 */
export function inflated(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes
  try {
    const {buffer, engine} = gunzipSync(bytes, {
      info: true,
      chunkSize: Math.max(statedLength(bytes), SPARE_BYTES) + SPARE_BYTES,
      maxOutputLength: UNPACKED_BYTES_MAX,
    }) as unknown as {readonly buffer: Uint8Array; readonly engine: {readonly bytesWritten: number}}
    return engine.bytesWritten === bytes.length ? buffer : bytes
  } catch {
    return bytes
  }
}

/** The last member's length as its trailer states it (RFC 1952), where that can be: one piece of memory then does for all. */
function statedLength(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stated = bytes.length < 18 ? 0 : view.getUint32(bytes.length - 4, true)
  return Math.min(stated, bytes.length * MAX_EXPANSION, UNPACKED_BYTES_MAX)
}
