import type {FileSource} from '../../config/scenario.ts'
import {isEqual} from '../../core/is-equal.ts'
import {fail, ok, type Problem, type Result, RunError} from '../../core/result.ts'
import {Sha256Pieces} from '../../core/sha256.ts'
import {isWholeFile} from '../../run/stream-limits.ts'
import type {DetectedFormat} from '../../trace/formats/detect-json-lines.ts'
import {readOptionsOf, type WorkloadOptions} from '../../trace/parsed-trace.ts'
import {lookAtFile} from '../../trace/streamed/look-at-file.ts'
import {mooncakeRowOptions} from '../../trace/streamed/mooncake-rows.ts'
import {
  type ReadAsWhole,
  readStreamed,
  type StreamedColumns,
  type StreamedReading,
} from '../../trace/streamed/read-streamed.ts'
import type {WorkerHost} from '../host.ts'
import type {LoadProgress} from '../protocol.ts'
import {blobPieces, type PieceReading} from './blob-pieces.ts'

/** A file of which times and lengths are kept, 16 bytes a request; what else its runs need they read again. */
export interface StreamedFile extends StreamedColumns {
  readonly blob: Blob
  readonly name: string
  readonly sha256: string
  readonly detected: DetectedFormat
  /** How it was read. */
  readonly reading: StreamedReading
}

export interface FileWanted extends WorkloadOptions {
  readonly source: {readonly kind: 'file'; readonly name: string} | FileSource
  readonly blob: Blob
}

export interface StreamedLoading {
  readonly onProgress: (progress: LoadProgress) => void
  /** Nobody waits for it any more. */
  readonly signal?: {readonly aborted: boolean}
}

/** The last few. */
const MOST_FILES = 2
const YIELD_EVERY_MS = 50

const AS_WHOLE: ReadAsWhole = {columns: null, problem: null}

type Known = StreamedFile | ReadAsWhole

/** Large files of the user's own that are read a piece at a time. */
export class StreamedFiles {
  readonly #host: WorkerHost
  readonly #pieces: PieceReading
  /** The oldest first. */
  #files: readonly StreamedFile[] = []
  /** The last one that has to be read as a whole: it is not tried again for each run. */
  #whole = ''

  constructor(host: WorkerHost, pieces: PieceReading) {
    this.#host = host
    this.#pieces = pieces
  }

  /** null for a file that has to be read as a whole, and can. */
  async read(wanted: FileWanted, loading: StreamedLoading): Promise<Result<StreamedFile> | null> {
    const {source, blob} = wanted
    if (!isWholeFile(wanted)) return null
    try {
      const file = this.#recall(wanted) ?? (await this.#readAnew(wanted, loading))
      if (file.columns === null)
        return blob.size > this.#pieces.mostWholeBytes ? tooLarge(wanted, file.problem) : null
      if ('sha256' in source && source.sha256 !== file.sha256)
        return fail(wrongFileMessage(file.name, file.sha256), 'trace')
      return ok({...file, blob})
    } catch (error) {
      if (error instanceof RunError) return fail(error.message, 'trace')
      throw error
    }
  }

  async #readAnew(wanted: FileWanted, loading: StreamedLoading): Promise<Known> {
    const {blob, source} = wanted
    const {readPart, limits} = this.#pieces
    const file = {blob, name: source.name}
    const look = lookAtFile(blobPieces(file, readPart), blob.size)
    if (look === null || look.rows <= limits.above / 2) return AS_WHOLE
    const hash = new Sha256Pieces()
    let readBytes = 0
    const open = () =>
      blobPieces(file, readPart, (piece, end) => {
        hash.add(piece)
        readBytes = end
      })
    const reading = readingOf(wanted, look.detected)
    const steps = readStreamed(open, reading, look.rows)
    const read = await this.#drive(steps, loading, () => ({
      phase: 'reading',
      loadedBytes: readBytes,
      totalBytes: blob.size,
    }))
    if (read.columns === null || read.columns.requestCount <= limits.above) {
      this.#whole = wholeKey(wanted)
      return read.columns === null ? read : AS_WHOLE
    }
    const known = {...read, ...file, sha256: hash.hex(), detected: look.detected, reading}
    this.#files = [...this.#files, known].slice(-MOST_FILES)
    return known
  }

  /** Of a scenario's file what is known by now. */
  #recall(wanted: FileWanted): Known | undefined {
    const {source} = wanted
    if (!('sha256' in source)) return undefined
    if (wholeKey(wanted) === this.#whole) return AS_WHOLE
    return this.#files.find(file => file.sha256 === source.sha256 && isReadAs(file, wanted))
  }

  async #drive<T>(
    steps: Generator<void, T, void>,
    {onProgress, signal}: StreamedLoading,
    progress: () => LoadProgress,
  ): Promise<T> {
    let yieldedMs = this.#host.nowMs()
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      if (this.#host.nowMs() - yieldedMs < YIELD_EVERY_MS) continue
      onProgress(progress())
      await this.#host.yieldToEvents()
      if (signal?.aborted === true) throw new RunError('nobody waits for the trace any more')
      yieldedMs = this.#host.nowMs()
    }
  }
}

function wrongFileMessage(name: string, sha256: string): string {
  return `${name} is not the trace this scenario names: its checksum is ${sha256}`
}

function readingOf(wanted: FileWanted, detected: DetectedFormat): StreamedReading {
  const {format = detected.format, columns = {}} = readOptionsOf(wanted)
  return {...mooncakeRowOptions(wanted, wanted.source.name), format, csvColumns: columns}
}

/** Of hash ids their tokens and what the release allows count, too. */
function isReadAs({reading, detected, mooncake}: StreamedFile, wanted: FileWanted): boolean {
  const {format, csvColumns, traceBlockSize, isStrict} = readingOf(wanted, detected)
  const isSame = format === reading.format && isEqual(csvColumns, reading.csvColumns)
  return (
    isSame &&
    (mooncake === null || (traceBlockSize === reading.traceBlockSize && isStrict === reading.isStrict))
  )
}

function wholeKey({source, traceFormat, traceBlockSize, release}: FileWanted): string {
  return JSON.stringify([source, traceFormat, traceBlockSize, release])
}

function tooLarge({source, blob}: FileWanted, problem: Problem | null): Result<never> {
  const gib = (blob.size / 2 ** 30).toFixed(1)
  if (problem !== null) return {ok: false, error: problem}
  return fail(
    `${source.name} has ${gib} GiB, too much to be read as a whole. In pieces a Mooncake trace is read, or lengths alone as CSV or JSON ` +
      'lines without sessions: in order of time, the turns of a session in a row, and without leaving any of it out',
    'trace',
  )
}
