import {strToU8} from 'fflate'
import {fail, ok, type Problem, type Result} from '../core/result.ts'
import {gunzip, isGzip} from './gzip.ts'
import {JsonLineScanner, LineError} from './json-line-scanner.ts'
import {checkTraceBlockSize, type ParsedTrace, toWorkload, type WorkloadOptions} from './parsed-trace.ts'
import {SessionBuilder} from './session-builder.ts'
import type {Workload} from './workload.ts'

/** How far an incremental parse is, for a progress bar. */
export interface ParseProgress {
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly requests: number
}

export interface MooncakeOptions extends WorkloadOptions {
  /** Name for messages. */
  readonly fileName: string
}

/** Mooncake JSONL, plain or gzip, to a workload (engine.md 1.1-1.6). A trace with one bad line loads nothing. */
export function parseMooncake(text: string | Uint8Array, options: MooncakeOptions): Result<Workload> {
  const blockSizeProblem = checkTraceBlockSize(options.traceBlockSize)
  if (blockSizeProblem !== null) return fail(blockSizeProblem, 'traceBlockSize')
  const parsed = parseMooncakeTrace(text, options.fileName)
  return parsed.ok ? toWorkload(parsed.value, options) : parsed
}

/** The part of the work that does not depend on the scenario. */
export function parseMooncakeTrace(text: string | Uint8Array, fileName: string): Result<ParsedTrace> {
  const chunks = parseMooncakeChunks(text, fileName)
  for (;;) {
    const next = chunks.next()
    if (next.done) return next.value
  }
}

const LINES_PER_CHUNK = 4096

/** `parseMooncakeTrace` in steps of a few milliseconds, so that a worker can report progress or stop. */
export function* parseMooncakeChunks(
  text: string | Uint8Array,
  fileName: string,
): Generator<ParseProgress, Result<ParsedTrace>, void> {
  const packed = typeof text === 'string' ? strToU8(text) : text
  const unpacked = isGzip(packed) ? gunzip(packed, fileName) : ok(packed)
  if (!unpacked.ok) return unpacked
  const bytes = unpacked.value
  const reader = new MooncakeReader(bytes, fileName)
  while (!reader.done) {
    const problem = reader.readLines(LINES_PER_CHUNK)
    if (problem !== null) return {ok: false, error: problem}
    yield {bytesDone: reader.position, bytesTotal: bytes.length, requests: reader.requestCount}
  }
  return reader.finish()
}

const INT32_MAX = 2147483647
const NEWLINE = 10

type Field =
  | 'timestamp'
  | 'created_time'
  | 'input_length'
  | 'output_length'
  | 'hash_ids'
  | 'session_id'
  | 'delay'
  | 'delay_ms'

/** Key in the file, and the field it stands for. */
const KEYS: readonly {readonly key: Uint8Array; readonly field: Field; readonly bit: number}[] = (
  [
    ['timestamp', 'timestamp', 1],
    ['created_time', 'created_time', 2],
    ['input_length', 'input_length', 4],
    ['input_tokens', 'input_length', 4],
    ['output_length', 'output_length', 8],
    ['output_tokens', 'output_length', 8],
    ['hash_ids', 'hash_ids', 16],
    ['session_id', 'session_id', 32],
    ['delay', 'delay', 64],
    ['delay_ms', 'delay_ms', 128],
  ] as const
).map(([key, field, bit]) => ({key: strToU8(key), field, bit}))

class MooncakeReader {
  readonly #bytes: Uint8Array
  readonly #fileName: string
  readonly #scanner: JsonLineScanner
  readonly #sessions: SessionBuilder
  readonly #inputLengthGiven: Float64Array
  readonly #outputLength: Int32Array
  readonly #hashStart: Uint32Array
  #hashIds: Uint32Array
  #hashCount = 0
  #lineNumber = 0
  requestCount = 0
  position: number

  // The row being read; NaN, null or (input) infinity = absent.
  #fieldsSeen = 0
  #timestamp = Number.NaN
  #createdTime = Number.NaN
  #inputTokens = Number.POSITIVE_INFINITY
  #outputTokens = Number.NaN
  #hasHashIds = false
  #sessionId: string | null = null
  #delay = Number.NaN
  #delayMs = Number.NaN

  constructor(bytes: Uint8Array, fileName: string) {
    this.#bytes = bytes
    this.#fileName = fileName
    this.#scanner = new JsonLineScanner(bytes)
    this.position = startsWithByteOrderMark(bytes) ? 3 : 0
    const lines = countLines(bytes)
    this.#sessions = new SessionBuilder(lines)
    this.#inputLengthGiven = new Float64Array(lines)
    this.#outputLength = new Int32Array(lines)
    this.#hashStart = new Uint32Array(lines + 1)
    this.#hashIds = new Uint32Array(Math.max(1024, lines * 16))
  }

  get done(): boolean {
    return this.position >= this.#bytes.length
  }

  readLines(count: number): Problem | null {
    for (let i = 0; i < count && !this.done; i++) {
      const newline = this.#bytes.indexOf(NEWLINE, this.position)
      const end = newline < 0 ? this.#bytes.length : newline
      const start = this.position
      this.position = end + 1
      this.#lineNumber++
      const problem = this.#isBlank(start, end) ? null : this.#readLine(start, end)
      if (problem !== null) return problem
    }
    return null
  }

  finish(): Result<ParsedTrace> {
    const count = this.requestCount
    if (count === 0) return fail(`trace file ${this.#fileName} did not contain any requests`)
    return ok({
      fileName: this.#fileName,
      requestCount: count,
      inputLengthGiven: this.#inputLengthGiven.subarray(0, count),
      outputLength: this.#outputLength.subarray(0, count),
      hashStart: this.#hashStart.subarray(0, count + 1),
      hashIds: this.#hashIds.slice(0, this.#hashCount),
      ...this.#sessions.finish(),
    })
  }

  #isBlank(start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      const byte = this.#bytes[i]!
      if (byte !== 32 && (byte < 9 || byte > 13)) return false
    }
    return true
  }

  #readLine(start: number, end: number): Problem | null {
    try {
      this.#clearRow()
      this.#scanner.startLine(start, end)
      this.#scanner.readObjectLine(this.#onField)
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      return {
        message: `failed to parse line ${this.#lineNumber} from ${this.#fileName} as JSON: ${error.message}`,
      }
    }
    return this.#applyRow()
  }

  #clearRow(): void {
    this.#fieldsSeen = 0
    this.#timestamp = Number.NaN
    this.#createdTime = Number.NaN
    this.#inputTokens = Number.POSITIVE_INFINITY
    this.#outputTokens = Number.NaN
    this.#hasHashIds = false
    this.#sessionId = null
    this.#delay = Number.NaN
    this.#delayMs = Number.NaN
  }

  #onField = (source: Uint8Array, start: number, end: number): void => {
    const entry = findKey(source, start, end)
    if (entry === undefined) {
      this.#scanner.skipValue()
      return
    }
    const {field, bit} = entry
    if (this.#fieldsSeen & bit) throw new LineError(`duplicate field ${field}`)
    this.#fieldsSeen |= bit
    if (!this.#scanner.takeNull()) this.#readField(field)
  }

  #readField(field: Field): void {
    const scanner = this.#scanner
    if (field === 'hash_ids') this.#readHashIds()
    else if (field === 'timestamp') this.#timestamp = scanner.readNumber(field)
    else if (field === 'input_length') this.#inputTokens = scanner.readUnsigned(field)
    else if (field === 'output_length') this.#outputTokens = scanner.readUnsigned(field)
    else if (field === 'created_time') this.#createdTime = scanner.readNumber(field)
    else if (field === 'session_id') this.#sessionId = scanner.readString(field)
    else if (field === 'delay') this.#delay = scanner.readNumber(field)
    else this.#delayMs = scanner.readNumber(field)
  }

  #readHashIds(): void {
    this.#hasHashIds = true
    this.#scanner.readArray('hash_ids', this.#onHashId)
  }

  #onHashId = (): void => {
    if (this.#hashCount === this.#hashIds.length) {
      const grown = new Uint32Array(this.#hashIds.length * 2)
      grown.set(this.#hashIds)
      this.#hashIds = grown
    }
    this.#hashIds[this.#hashCount++] = this.#scanner.readUnsignedLow32('hash_ids')
  }

  #applyRow(): Problem | null {
    if (!this.#hasHashIds) return this.#problem('is missing hash_ids', 'hash_ids')
    if (Number.isNaN(this.#outputTokens)) return this.#problem('is missing output_length', 'output_length')
    if (this.#outputTokens === 0) {
      return this.#problem('has output_length 0, it must be at least 1', 'output_length')
    }
    if (this.#outputTokens > INT32_MAX) {
      return this.#problem(`has output_length ${this.#outputTokens}, more than ${INT32_MAX}`, 'output_length')
    }
    const timestamp = Number.isNaN(this.#timestamp) ? this.#createdTime : this.#timestamp
    const delay = Number.isNaN(this.#delay) ? this.#delayMs : this.#delay
    const problem = this.#sessions.add({line: this.#lineNumber, sessionId: this.#sessionId, timestamp, delay})
    if (problem !== null) return this.#problem(problem, 'delay')
    const request = this.requestCount++
    this.#inputLengthGiven[request] = this.#inputTokens
    this.#outputLength[request] = this.#outputTokens
    this.#hashStart[request + 1] = this.#hashCount
    return null
  }

  #problem(text: string, field: Field): Problem {
    return {message: `${this.#fileName}: trace line ${this.#lineNumber} ${text}`, field}
  }
}

function findKey(source: Uint8Array, start: number, end: number) {
  const length = end - start
  for (const entry of KEYS) {
    const key = entry.key
    if (key.length !== length) continue
    let i = 0
    while (i < length && key[i] === source[start + i]) i++
    if (i === length) return entry
  }
  return undefined
}

function startsWithByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function countLines(bytes: Uint8Array): number {
  let lines = 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++
  return lines
}
