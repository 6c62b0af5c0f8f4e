import {createHash, type Hash} from 'node:crypto'
import {closeSync, createReadStream, openSync, readSync, type Stats, statSync} from 'node:fs'
import {basename} from 'node:path'
import {pipeline, Readable} from 'node:stream'
import {createGunzip} from 'node:zlib'
import type {Scenario} from '../../config/scenario.ts'
import {type Result, RunError} from '../../core/result.ts'
import {streamedLengths, streamedMooncake} from '../../run/stream.ts'
import {isWholeFile, type StreamLimits} from '../../run/stream-limits.ts'
import type {Traffic} from '../../run/traffic.ts'
import {GENERATED_PREFIX} from '../../trace/catalogue.ts'
import {tellOddity} from '../../trace/doctor/oddity.ts'
import {readLengthOddities} from '../../trace/doctor/read-oddities.ts'
import {isGzip} from '../../trace/formats/gzip.ts'
import type {WorkloadOptions} from '../../trace/parsed-trace.ts'
import {lengthsStreamFor} from '../../trace/streamed/create-lengths-stream.ts'
import type {NextPiece} from '../../trace/streamed/file-pieces.ts'
import type {LengthsStream} from '../../trace/streamed/lengths-stream.ts'
import {type FileLook, lookAtFile} from '../../trace/streamed/look-at-file.ts'
import {fileErrorReason} from '../file-errors.ts'

const PIECE_BYTES = 2 ** 20
const NEWLINE = 10

/**
 * A Mooncake trace, or a CSV or JSON lines of lengths, that is read in pieces, since the whole of it would not fit beside a run; null for any other
 * file, and for one that the usual reader has to say something of.
 */
export async function streamTrace(
  paths: readonly string[],
  options: WorkloadOptions,
  scenario: Scenario,
  {above, fileBytes}: StreamLimits,
): Promise<Result<Traffic> | null> {
  const [path = ''] = paths
  const {traceFormat = {}} = options
  if (paths.length !== 1 || !isWholeFile(options)) return null
  if (!isLargeFile(path, fileBytes)) return null
  const looked = lookAt(path)
  // Reading it once more for nothing would cost a run of fewer rows some hundredths of its time.
  if (looked === null || looked.rows <= above / 2) return null
  const asked = traceFormat.format ?? looked.detected.format
  if (asked === 'mooncake') return streamMooncake(path, scenario, above)
  const {rows} = looked
  const stream = lengthsStreamFor(asked, {fileName: path, columns: traceFormat.columns ?? {}, rows})
  if (stream === null) return null
  const hash = createHash('sha256')
  const read = await readRows(path, hash, stream)
  if (read === null || read.requestCount <= above) return null
  const sha256 = hash.digest('hex')
  const name = basename(path)
  const columns = read.columns()
  const odd = readLengthOddities(columns, read.readAs, options).map(tellOddity)
  return streamedLengths(columns, {scenario, name, sha256, notices: [...read.notices, ...odd]})
}

function isLargeFile(path: string, fileBytes: number): boolean {
  if (path === '-' || path.startsWith(GENERATED_PREFIX)) return false
  const stat = statSync(path, {throwIfNoEntry: false})
  return stat?.isFile() === true && stat.size >= fileBytes
}

/** null where it cannot be read. */
function lookAt(path: string): FileLook | null {
  const file = opened(path)
  if (file === null) return null
  try {
    return lookAtFile(piecesOf(file), statSync(path).size)
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch {
    return null
  }
}

function streamMooncake(path: string, scenario: Scenario, above: number): Result<Traffic> | null {
  const {unit = 'ms'} = scenario.traceFormat?.columns ?? {}
  if (unit !== 'ms') return null
  const hash = createHash('sha256')
  let first: Stats | null = null
  const open = () => {
    if (first !== null) return piecesAgain(path, first)
    first = statSync(path)
    const next = filePieces(path)
    return () => {
      const piece = next()
      if (piece !== null) hash.update(piece)
      return piece
    }
  }
  const sha256 = () => hash.digest('hex')
  try {
    return streamedMooncake(open, {scenario, name: basename(path), fileName: path, sha256, above})
  } catch {
    return null
  }
}

/** The same bytes again: whoever wrote the file meanwhile is told. */
function piecesAgain(path: string, {size, mtimeMs}: Stats): NextPiece {
  const read = <T>(act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw new RunError(`${path} cannot be read any more: ${fileErrorReason(error)}`)
    }
  }
  const now = read(() => statSync(path))
  if (now.size !== size || now.mtimeMs !== mtimeMs)
    throw new RunError(`${path} has changed since it was first read`)
  const next = read(() => filePieces(path))
  return () => read(next)
}

/** A file's bytes, read when they are asked for; it is closed at its end. */
function filePieces(path: string): NextPiece {
  const file = openSync(path, 'r')
  const next = piecesOf(file)
  let isClosed = false
  return () => {
    const piece = isClosed ? null : next()
    if (piece === null && !isClosed) closeSync(file)
    isClosed = piece === null
    return piece
  }
}

function piecesOf(file: number): NextPiece {
  return () => {
    const piece = new Uint8Array(PIECE_BYTES)
    const count = readSync(file, piece)
    return count === 0 ? null : piece.subarray(0, count)
  }
}

/** null where the usual reader has to look: something is wrong. */
async function readRows(path: string, hash: Hash, stream: LengthsStream): Promise<LengthsStream | null> {
  try {
    for await (const piece of wholeLines(unpacked(path, hash)))
      if (stream.read(piece) !== null || stream.saysMore) return null
  } catch {
    return null
  }
  return stream
}

/** The file's bytes as they come; all that is read is hashed. */
function unpacked(path: string, hash: Hash): AsyncIterable<Uint8Array> {
  const packed = hashed(createReadStream(path, {highWaterMark: PIECE_BYTES}), hash)
  if (!isGzip(headOf(path))) return packed
  // What goes wrong is thrown where the pieces are taken.
  return pipeline(Readable.from(packed), createGunzip({chunkSize: PIECE_BYTES}), () => {})
}

async function* hashed(pieces: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(4)
  const file = openSync(path, 'r')
  readSync(file, head)
  closeSync(file)
  return head
}

/** The same bytes cut after line ends. */
async function* wholeLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const piece of pieces) {
    const joined = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const end = joined.lastIndexOf(NEWLINE) + 1
    if (end > 0) yield joined.subarray(0, end)
    rest = joined.subarray(end)
  }
  if (rest.length > 0) yield rest
}
