import {Gunzip} from 'fflate'
import {crc32Of} from '../../core/crc32.ts'
import {messageOf} from '../../core/message-of.ts'
import {fail, ok, type Result} from '../../core/result.ts'

/** Larger than any trace a browser tab can replay; stops a small file from unpacking without end. */
export const UNPACKED_BYTES_MAX = 2 ** 30

/** Told by the first bytes, never by the file's name. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Unpacks gzip bytes (several members too) and checks length and checksum of each member. */
export function gunzip(bytes: Uint8Array, fileName: string): Result<Uint8Array> {
  try {
    return ok(unpack(bytes))
  } catch (error) {
    const reason = messageOf(error)
    return fail(`failed to read trace file ${fileName}: not a whole gzip file (${reason})`)
  }
}

/** A header of ten bytes, two of an empty block, and the trailer of eight: less is the beginning of a file. */
const LEAST_BYTES = 20

function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes.length < LEAST_BYTES)
    throw new Error(`it breaks off after ${bytes.length} bytes, before any content`)
  const chunks: Uint8Array[] = []
  let length = 0
  // Where each member starts, in the packed bytes and in the output.
  const starts = [{packed: 0, unpacked: 0}]
  const stream = new Gunzip(chunk => {
    chunks.push(chunk)
    length += chunk.length
    if (length > UNPACKED_BYTES_MAX) throw new Error(`more than ${UNPACKED_BYTES_MAX} bytes unpacked`)
  })
  stream.onmember = offset => starts.push({packed: offset, unpacked: length})
  stream.push(bytes, true)
  const output = concatenate(chunks, length)
  starts.push({packed: bytes.length, unpacked: length})
  for (let i = 1; i < starts.length; i++) {
    const member = output.subarray(starts[i - 1]!.unpacked, starts[i]!.unpacked)
    checkTrailer(member, bytes.subarray(starts[i]!.packed - 8, starts[i]!.packed))
  }
  return output
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!
  const output = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    output.set(chunk, at)
    at += chunk.length
  }
  return output
}

/** A member ends with the CRC-32 and the length of its contents; the inflater itself does not look at them. */
function checkTrailer(contents: Uint8Array, trailer: Uint8Array): void {
  if (readUint32(trailer, 4) !== contents.length) throw new Error('length does not match')
  if (readUint32(trailer, 0) !== crc32Of(contents)) throw new Error('checksum does not match')
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
