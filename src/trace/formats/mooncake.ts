import {strToU8} from 'fflate'
import {grown} from '../../core/grown.ts'
import {fail, ok, type Problem, type Result} from '../../core/result.ts'
import {INT32_MAX} from '../int32.ts'
import {checkTraceBlockSize, toWorkload, type WorkloadOptions} from '../parsed-trace.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import type {Workload} from '../workload.ts'
import {JsonLinesReader} from './file-reader.ts'
import {gunzip, isGzip} from './gzip.ts'
import {LineError} from './json-line-scanner.ts'
import {keyFinder} from './json-lines.ts'
import {leftOutNotice} from './notices.ts'
import {SessionBuilder} from './session-builder.ts'
import {finishSteps, type ParseProgress, readInSteps} from './trace-reader.ts'

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
  return finishSteps(parseMooncakeChunks(text, fileName))
}

/** `parseMooncakeTrace` in steps of a few milliseconds, so that a worker can report progress or stop. */
export function* parseMooncakeChunks(
  text: string | Uint8Array,
  fileName: string,
): Generator<ParseProgress, Result<ParsedTrace>, void> {
  const packed = typeof text === 'string' ? strToU8(text) : text
  const unpacked = isGzip(packed) ? gunzip(packed, fileName) : ok(packed)
  if (!unpacked.ok) return unpacked
  return yield* readInSteps(new MooncakeReader(unpacked.value, fileName), unpacked.value.length)
}

const mooncakeTraits = {
  format: 'mooncake',
  notices: [],
  traceBlockSize: null,
  prompts: 'hashes',
  guessedUnit: 'ms',
} as const

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

/** Keys of agentic traces that say what a request waited for besides the one before it. */
const AGENTIC_FIELDS = ['wait_for', 'tool_wait_ms', 'branches'] as const
const findAgenticKey = keyFinder(AGENTIC_FIELDS)

export interface MooncakePassedOver {
  /** Rows whose answer has no token. */
  readonly withoutOutput: number
  /** There are fields that make requests wait. */
  readonly notSimulated: boolean
}

export function mooncakeNotices(
  fileName: string,
  {withoutOutput, notSimulated}: MooncakePassedOver,
): readonly string[] {
  const notices = leftOutNotice(fileName, withoutOutput, 'output tokens')
  if (notSimulated)
    notices.push(
      `${fileName} has fields of an agentic trace (${AGENTIC_FIELDS.join(', ')}). Read as plain Mooncake, as 1.2.1 reads it, ` +
        'requests arrive by their timestamps and delays alone; under 1.6.1 the trace format agentic_mooncake simulates the waits.',
    )
  return notices
}

export class MooncakeReader extends JsonLinesReader {
  readonly #sessions: SessionBuilder
  readonly #inputLengthGiven: Float64Array
  readonly #outputLength: Int32Array
  readonly #hashStart: Uint32Array
  #hashIds: Uint32Array
  #hashCount = 0
  #withoutOutput = 0
  #notSimulated = false
  requestCount = 0

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
    super(bytes, fileName)
    const lines = this.lines.countLines()
    this.#sessions = new SessionBuilder(lines)
    this.#inputLengthGiven = new Float64Array(lines)
    this.#outputLength = new Int32Array(lines)
    this.#hashStart = new Uint32Array(lines + 1)
    this.#hashIds = new Uint32Array(Math.max(1024, lines * 16))
  }

  protected override kindMissing(): string {
    return this.#withoutOutput === 0 ? '' : ` with output: ${this.#withoutOutput} had output_length 0`
  }

  protected build(count: number): Result<ParsedTrace> {
    return ok({
      ...mooncakeTraits,
      notices: mooncakeNotices(this.fileName, this.passedOver),
      fileName: this.fileName,
      requestCount: count,
      inputLengthGiven: this.#inputLengthGiven.subarray(0, count),
      outputLength: this.#outputLength.subarray(0, count),
      hashStart: this.#hashStart.subarray(0, count + 1),
      hashIds: this.#hashIds.slice(0, this.#hashCount),
      ...this.#sessions.finish(),
    })
  }

  /** What was left out and passed over so far. */
  get passedOver(): MooncakePassedOver {
    return {withoutOutput: this.#withoutOutput, notSimulated: this.#notSimulated}
  }

  protected readonly readLine = (): Problem | null => {
    this.#clearRow()
    this.lines.scanner.readObjectLine(this.#onField)
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
      this.#notSimulated ||= findAgenticKey(source, start, end) !== undefined
      this.lines.scanner.skipValue()
      return
    }
    const {field, bit} = entry
    if (this.#fieldsSeen & bit) throw new LineError(`duplicate field ${field}`)
    this.#fieldsSeen |= bit
    if (!this.lines.scanner.takeNull()) this.#readField(field)
  }

  #readField(field: Field): void {
    const scanner = this.lines.scanner
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
    this.lines.scanner.readArray('hash_ids', this.#onHashId)
  }

  #onHashId = (): void => {
    if (this.#hashCount === this.#hashIds.length) this.#hashIds = grown(this.#hashIds, this.#hashCount * 2)
    this.#hashIds[this.#hashCount++] = this.lines.scanner.readUnsignedLow32('hash_ids')
  }

  #applyRow(): Problem | null {
    if (!this.#hasHashIds) return this.lines.problem('is missing hash_ids', 'hash_ids')
    if (Number.isNaN(this.#outputTokens))
      return this.lines.problem('is missing output_length', 'output_length')
    if (this.#outputTokens === 0) {
      // The reference never ends on such a request; the other readers leave failed requests out, too.
      this.#withoutOutput++
      this.#hashCount = this.#hashStart[this.requestCount]!
      return null
    }
    if (this.#outputTokens > INT32_MAX) {
      return this.lines.problem(
        `has output_length ${this.#outputTokens}, more than ${INT32_MAX}`,
        'output_length',
      )
    }
    const timestamp = Number.isNaN(this.#timestamp) ? this.#createdTime : this.#timestamp
    const delay = Number.isNaN(this.#delay) ? this.#delayMs : this.#delay
    const problem = this.#sessions.add({
      line: this.lines.lineNumber,
      sessionId: this.#sessionId,
      timestamp,
      delay,
    })
    if (problem !== null) {
      const agentic = this.#notSimulated
        ? `: this is an agentic trace (${AGENTIC_FIELDS.join(', ')}), which 1.2.1 does not know; under --dynamo 1.6.1 its waits are simulated`
        : ''
      return this.lines.problem(`${problem}${agentic}`, 'delay')
    }
    const request = this.requestCount++
    this.#inputLengthGiven[request] = this.#inputTokens
    this.#outputLength[request] = this.#outputTokens
    this.#hashStart[request + 1] = this.#hashCount
    return null
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
