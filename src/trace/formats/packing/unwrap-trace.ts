import {strFromU8, strToU8, unzipSync} from 'fflate'
import {messageOf} from '../../../core/message-of.ts'
import {fail, ok, type Result} from '../../../core/result.ts'

import {gunzip, isGzip} from '../gzip.ts'
import {arrayToLines, prettyToLines} from './array-to-lines.ts'
import {BINARY, isBinary, nameArchive, nameForeignFile} from './name-foreign-file.ts'
import {decodeUtf16} from './utf16.ts'

/** A trace file's text as UTF-8 lines, whatever it came wrapped in. */
export interface UnpackedTrace {
  readonly bytes: Uint8Array
  /** How it was wrapped, in sentences; empty for plain text and gzip, which need no word. */
  readonly notices: readonly string[]
}

/** A library's; handed over, since bundled traces need none. */
export type UnpackZstd = (packed: Uint8Array) => Uint8Array

/** A file in an archive in an archive is somebody's joke. */
const MOST_WRAPS = 4

/**
 * Takes off what a file is wrapped in, told by its first bytes and never by its name: gzip, zstd, zip, UTF-16, a JSON array
 * or objects over several lines instead of one on each. What cannot be read is called by its name, with what to do.
 */
export function unwrapTrace(
  packed: Uint8Array,
  fileName: string,
  unpackZstd: UnpackZstd | null,
): Result<UnpackedTrace> {
  let bytes = packed
  const notices: string[] = []
  for (let wraps = 0; wraps < MOST_WRAPS; wraps++) {
    const inner = unwrap(bytes, fileName, unpackZstd)
    if (!inner.ok) return inner
    if (inner.value === null) return ok({bytes, notices})
    bytes = inner.value.bytes
    if (inner.value.notice !== null) notices.push(inner.value.notice)
  }
  return fail(`${fileName} is packed more than ${MOST_WRAPS} times: unpack it first`)
}

interface Unwrapped {
  readonly bytes: Uint8Array
  readonly notice: string | null
}

/** One wrapping less; null where there is none. */
function unwrap(
  bytes: Uint8Array,
  fileName: string,
  unpackZstd: UnpackZstd | null,
): Result<Unwrapped | null> {
  if (isGzip(bytes)) {
    const unpacked = gunzip(bytes, fileName)
    return unpacked.ok ? ok({bytes: unpacked.value, notice: null}) : unpacked
  }
  if (startsWith(bytes, ZSTD)) return unwrapZstd(bytes, fileName, unpackZstd)
  if (startsWith(bytes, ZIP)) return unwrapZip(bytes, fileName)
  const foreign = nameForeignFile(bytes)
  if (foreign !== null) return fail(`${fileName} is ${foreign}`)
  const utf16 = decodeUtf16(bytes)
  if (utf16 !== null)
    return ok({bytes: strToU8(utf16), notice: `${fileName} is UTF-16 text and was read as such.`})
  if (isBinary(bytes)) return fail(`${fileName} is ${BINARY}`)
  const pretty = prettyToLines(bytes)
  if (pretty !== null) return ok({bytes: pretty, notice: null})
  const lines = arrayToLines(bytes)
  if (lines === null) return ok(null)
  return ok({
    bytes: lines,
    notice: `${fileName} is one JSON array; each of its objects was read as a request.`,
  })
}

const ZSTD = [0x28, 0xb5, 0x2f, 0xfd]
const ZIP = [0x50, 0x4b, 0x03, 0x04]

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

function unwrapZstd(bytes: Uint8Array, fileName: string, unpackZstd: UnpackZstd | null): Result<Unwrapped> {
  if (unpackZstd === null) return fail(`${fileName} is packed with zstd: unpack it first`)
  try {
    return ok({bytes: unpackZstd(bytes), notice: null})
  } catch (error) {
    return fail(`failed to read trace file ${fileName}: not a whole zstd file (${messageOf(error)})`)
  }
}

/** Its one file, or all of them in the order of their names where they are of one kind: the shards of one trace. */
function unwrapZip(bytes: Uint8Array, fileName: string): Result<Unwrapped> {
  let entries: Record<string, Uint8Array>
  try {
    entries = unzipSync(bytes)
  } catch (error) {
    return fail(`failed to read trace file ${fileName}: not a whole zip file (${messageOf(error)})`)
  }
  const names = Object.keys(entries)
    .filter(name => !name.endsWith('/') && !name.startsWith('__MACOSX/'))
    .sort()
  const [first] = names
  if (first === undefined) return fail(`${fileName} is a zip archive without a file in it`)
  const other = nameArchive(names)
  if (other !== null) return fail(`${fileName} is ${other}`)
  const kinds = new Set(names.map(name => name.slice(name.lastIndexOf('.'))))
  if (kinds.size > 1)
    return fail(
      `${fileName} is a zip archive of ${names.slice(0, 5).join(', ')}: unpack it and choose the trace`,
    )
  const joined = joinShards(names.map(name => entries[name]!))
  const what = names.length === 1 ? first : `${names.length} files, read one after the other`
  return ok({bytes: joined, notice: `${fileName} is a zip archive of ${what}.`})
}

/** The shards of one trace as one file; a CSV header that a later shard repeats is left out. */
export function joinShards(shards: readonly Uint8Array[]): Uint8Array {
  const [first] = shards
  if (first === undefined || shards.length === 1) return first ?? new Uint8Array()
  const header = firstLine(first)
  const isTable = header.length > 0 && header[0] !== 0x7b
  const parts = shards.map((shard, i) =>
    i > 0 && isTable && isSame(firstLine(shard), header) ? shard.subarray(header.length) : shard,
  )
  const length = parts.reduce((sum, part) => sum + part.length + 1, 0)
  const joined = new Uint8Array(length).fill(NEWLINE)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length + 1
  }
  return joined
}

/** UTF-8 bytes as text, without a byte order mark. */
export function decodeText(bytes: Uint8Array): string {
  return strFromU8(bytes).replace(/^\uFEFF/, '')
}

const NEWLINE = 10

function firstLine(bytes: Uint8Array): Uint8Array {
  const newline = bytes.indexOf(NEWLINE)
  return newline < 0 ? bytes : bytes.subarray(0, newline)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
