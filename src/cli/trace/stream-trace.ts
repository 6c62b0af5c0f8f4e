import {createHash, type Hash} from 'node:crypto'
import {closeSync, createReadStream, openSync, readSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {pipeline, Readable} from 'node:stream'
import {createGunzip} from 'node:zlib'
import type {Scenario} from '../../config/scenario.ts'
import type {Result} from '../../core/result.ts'
import {streamedLengths} from '../../run/stream.ts'
import type {Traffic} from '../../run/traffic.ts'
import {GENERATED_PREFIX} from '../../trace/catalogue.ts'
import {tellOddity} from '../../trace/doctor/oddity.ts'
import {readLengthOddities} from '../../trace/doctor/read-oddities.ts'
import type {CsvFormat} from '../../trace/formats/csv/csv-columns.ts'
import {CsvStream} from '../../trace/formats/csv/csv-stream.ts'
import {detectFormat} from '../../trace/formats/detect-format.ts'
import {isGzip} from '../../trace/formats/gzip.ts'
import type {WorkloadOptions} from '../../trace/parsed-trace.ts'

/** From which size on a file is read in pieces, and how many requests are not kept. */
export interface StreamLimits {
  readonly above: number
  readonly fileBytes: number
}

/** A million rows have several times as many bytes, compressed or not. */
export const STREAMED_FILE_BYTES = 4 * 2 ** 20

const PIECE_BYTES = 2 ** 20
const NEWLINE = 10

/**
 * A CSV trace of lengths that is read in pieces, since the whole of it would not fit beside a run; null for any other file, and for
 * one that the usual reader has to say something of.
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
  const hash = createHash('sha256')
  const read = await readRows(path, hash, traceFormat)
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

/** null where the usual reader has to look: another format, or something is wrong. */
async function readRows(
  path: string,
  hash: Hash,
  {format, columns = {}}: NonNullable<WorkloadOptions['traceFormat']>,
): Promise<CsvStream | null> {
  let stream: CsvStream | null = null
  try {
    for await (const piece of wholeLines(unpacked(path, hash))) {
      if (stream === null) {
        const asked = format ?? detectFormat(piece).format
        if (!isCsv(asked)) return null
        stream = new CsvStream({fileName: path, format: asked, columns})
      }
      if (stream.read(piece) !== null || stream.saysMore) return null
    }
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
