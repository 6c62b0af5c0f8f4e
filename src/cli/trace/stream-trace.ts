import {createHash, type Hash} from 'node:crypto'
import {closeSync, createReadStream, openSync, readSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {pipeline, Readable} from 'node:stream'
import {createGunzip} from 'node:zlib'
import type {Scenario} from '../../config/scenario.ts'
import type {TraceFormat} from '../../config/trace-options.ts'
import type {Result} from '../../core/result.ts'
import {streamedLengths, streamedMooncake} from '../../run/stream.ts'
import {STREAMED_ABOVE} from '../../run/streamable.ts'
import type {Traffic} from '../../run/traffic.ts'
import {GENERATED_PREFIX} from '../../trace/catalogue.ts'
import {tellOddity} from '../../trace/doctor/oddity.ts'
import {readLengthOddities} from '../../trace/doctor/read-oddities.ts'
import type {CsvFormat} from '../../trace/formats/csv/csv-columns.ts'
import {CsvStream, type CsvStreamOptions} from '../../trace/formats/csv/csv-stream.ts'
import {detectFormat} from '../../trace/formats/detect-format.ts'
import {isGzip} from '../../trace/formats/gzip.ts'
import type {WorkloadOptions} from '../../trace/parsed-trace.ts'
import {linePieces, type NextPiece, unpackedPieces} from '../../trace/streamed/file-pieces.ts'

/** From which size on a file is read in pieces, and how many requests are not kept. */
export interface StreamLimits {
  readonly above: number
  readonly fileBytes: number
}

/** A million rows have several times as many bytes, compressed or not. */
export const STREAM_LIMITS: StreamLimits = {above: STREAMED_ABOVE, fileBytes: 4 * 2 ** 20}

const PIECE_BYTES = 2 ** 20
/** Bytes from which the number of rows is told; of a packed file a piece more is read than unpacked. */
const HEAD_READ = 4 * PIECE_BYTES
const NEWLINE = 10

/**
 * A Mooncake trace, or a CSV of lengths, that is read in pieces, since the whole of it would not fit beside a run; null for any other
 * file, and for one that the usual reader has to say something of.
 */
export async function streamTrace(
  paths: readonly string[],
  options: WorkloadOptions,
  scenario: Scenario,
  {above, fileBytes}: StreamLimits,
): Promise<Result<Traffic> | null> {
  const [path = ''] = paths
  const {traceFormat = {}, traceSelection = {}, traceSeed} = options
  const isWhole = Object.values(traceSelection).every(value => value === undefined)
  if (paths.length !== 1 || !isWhole || traceSeed !== undefined || traceFormat.leaveOut !== undefined)
    return null
  if (!isLargeFile(path, fileBytes)) return null
  const looked = lookAt(path)
  const asked = traceFormat.format ?? looked?.format ?? null
  // Reading it once more for nothing would cost a run of fewer rows some hundredths of its time.
  if (asked === 'mooncake')
    return looked !== null && looked.rows > above / 2 ? streamMooncake(path, scenario, above) : null
  if (asked === null || !isCsv(asked)) return null
  const hash = createHash('sha256')
  const read = await readRows(path, hash, {format: asked, columns: traceFormat.columns ?? {}})
  if (read === null || read.saysMore || read.requestCount <= above) return null
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

/** What the beginning of a file tells of it; null where it cannot be read. */
function lookAt(path: string): {readonly format: TraceFormat; readonly rows: number} | null {
  const file = opened(path)
  if (file === null) return null
  const {size} = statSync(path)
  let read = 0
  const next = piecesOf(file)
  const counted = () => {
    const piece = next()
    read += piece?.length ?? 0
    return piece
  }
  try {
    const lines = linePieces(unpackedPieces(counted))
    const head = lines() ?? new Uint8Array(0)
    let rows = 0
    for (let piece: Uint8Array | null = head; piece !== null; piece = read < HEAD_READ ? lines() : null)
      rows += linesIn(piece)
    return {format: detectFormat(head).format, rows: (rows / read) * size}
  } catch {
    return null
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

function linesIn(piece: Uint8Array): number {
  let count = 0
  for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count++
  return count
}

function streamMooncake(path: string, scenario: Scenario, above: number): Result<Traffic> | null {
  const {unit = 'ms'} = scenario.traceFormat?.columns ?? {}
  if (unit !== 'ms') return null
  const hash = createHash('sha256')
  let isHashed = false
  const open = () => {
    const next = filePieces(path)
    if (isHashed) return next
    isHashed = true
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
async function readRows(
  path: string,
  hash: Hash,
  options: Pick<CsvStreamOptions, 'format' | 'columns'>,
): Promise<CsvStream | null> {
  const stream = new CsvStream({fileName: path, ...options})
  try {
    for await (const piece of wholeLines(unpacked(path, hash)))
      if (stream.read(piece) !== null || stream.saysMore) return null
  } catch {
    return null
  }
  return stream
}

function isCsv(format: string): format is CsvFormat {
  return format === 'azure' || format === 'burstgpt' || format === 'csv'
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
