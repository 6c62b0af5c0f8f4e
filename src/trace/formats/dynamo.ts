import {floats, words} from '../../core/column.ts'
import {fail, ok, type Problem, type Result} from '../../core/result.ts'
import {INT32_MAX} from '../int32.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {JsonLinesReader} from './file-reader.ts'
import {keyFinder} from './json-lines.ts'
import {DYNAMO_AGENT_SCHEMA, DYNAMO_SCHEMA} from './known-keys.ts'
import {leftOutNotice, requestsThat} from './notices.ts'
import {SessionBuilder} from './session-builder.ts'

const findKey = keyFinder([
  'event',
  'schema',
  'event_type',
  'event_time_unix_ms',
  'agent_context',
  'session_id',
  'trajectory_id',
  'program_id',
  'request',
  'input_tokens',
  'output_tokens',
  'request_received_ms',
  'total_time_ms',
  'replay',
  'trace_block_size',
  'input_length',
  'input_sequence_hashes',
])

interface Row {
  schema: string | null
  eventType: string | null
  sessionId: string | null
  /** Of an agent's chain of requests, of which a session may have several. */
  trajectoryId: string | null
  // NaN = absent.
  eventTimeMs: number
  inputTokens: number
  outputTokens: number
  receivedMs: number
  totalTimeMs: number
  blockSize: number
  replayInputLength: number
  hasHashes: boolean
}

const emptyRow = (): Row => ({
  schema: null,
  eventType: null,
  sessionId: null,
  trajectoryId: null,
  eventTimeMs: Number.NaN,
  inputTokens: Number.NaN,
  outputTokens: Number.NaN,
  receivedMs: Number.NaN,
  totalTimeMs: Number.NaN,
  blockSize: Number.NaN,
  replayInputLength: Number.NaN,
  hasHashes: false,
})

/**
 * What Dynamo's own request tracing writes: one event a line, of which the `request_end` rows are the traffic.
 *
 * A request arrives when it was received. Requests of one agent session wait for one another as they did in the
 * recording: the pause from the end of one to the next (tools, thinking) is kept. A request that overlaps the one
 * before it in its session was not waiting for it, so it comes at its recorded time, on its own.
 *
 * The recorded hashes cover the whole prompt up to their block; two prompts agree in one exactly if they agree up to
 * there, which is all that the identity of a block needs.
 */
export class DynamoReader extends JsonLinesReader {
  readonly #line = words()
  readonly #startMs = floats()
  readonly #endMs = floats()
  readonly #inputLength = floats()
  readonly #outputLength = floats()
  readonly #hashStart = words()
  readonly #hashIds = words()
  readonly #sessionIds: (string | null)[] = []
  #row = emptyRow()
  #blockSize: {readonly tokens: number; readonly line: number} | null = null
  #withoutOutput = 0
  #withoutHashes = 0

  constructor(bytes: Uint8Array, fileName: string) {
    super(bytes, fileName)
    this.#hashStart.push(0)
  }

  get requestCount(): number {
    return this.#line.length
  }

  protected override kindMissing(): string {
    return ' (request_end events with output)'
  }

  protected build(count: number): Result<ParsedTrace> {
    const order = this.#orderByStart()
    const sessions = this.#buildSessions(order)
    if (!sessions.ok) return sessions
    return ok({
      fileName: this.fileName,
      format: 'dynamo',
      notices: this.#notices(sessions.value.overlaps),
      traceBlockSize: this.#blockSize?.tokens ?? null,
      prompts: this.#withoutHashes === 0 ? 'hashes' : 'none',
      requestCount: count,
      inputLengthGiven: Float64Array.from(order, row => this.#inputLength.at(row)),
      outputLength: Int32Array.from(order, row => this.#outputLength.at(row)),
      ...sessions.value.builder.finish(),
      ...this.#gatherHashes(order),
    })
  }

  protected readonly readLine = (): Problem | null => {
    this.#row = emptyRow()
    const hashCount = this.#hashIds.length
    this.lines.scanner.readObjectLine(this.#onTop)
    const isRequest = this.#row.eventType === 'request_end'
    const problem = isRequest ? this.#applyRow() : this.#checkSchema()
    if (this.#hashStart.at(this.#hashStart.length - 1) === hashCount) this.#hashIds.length = hashCount
    return problem
  }

  /** An event is wrapped in `event`, beside the recorder's own time stamp, or stands alone. */
  #onTop = (source: Uint8Array, start: number, end: number): void => {
    if (findKey(source, start, end) === 'event') this.lines.scanner.readObject('event', this.#onEvent)
    else this.#onEvent(source, start, end)
  }

  #onEvent = (source: Uint8Array, start: number, end: number): void => {
    const {scanner} = this.lines
    const key = findKey(source, start, end)
    if (key === 'schema') this.#row.schema = scanner.readString(key)
    else if (key === 'event_type') this.#row.eventType = scanner.readString(key)
    else if (key === 'event_time_unix_ms') this.#row.eventTimeMs = scanner.readNumber(key)
    else if (key === 'agent_context') this.#readOptional(key, this.#onContext)
    else if (key === 'request') this.#readOptional(key, this.#onRequest)
    else scanner.skipValue()
  }

  #onContext = (source: Uint8Array, start: number, end: number): void => {
    const {scanner} = this.lines
    const key = findKey(source, start, end)
    const isName = key === 'session_id' || key === 'trajectory_id' || key === 'program_id'
    if (!isName) scanner.skipValue()
    else if (scanner.takeNull()) return
    else if (key === 'session_id') this.#row.sessionId = scanner.readString(key)
    else this.#row.trajectoryId = scanner.readString(key)
  }

  #onRequest = (source: Uint8Array, start: number, end: number): void => {
    const {scanner} = this.lines
    const key = findKey(source, start, end)
    if (key === undefined) scanner.skipValue()
    else if (scanner.takeNull()) return
    else if (key === 'input_tokens') this.#row.inputTokens = scanner.readUnsigned(key)
    else if (key === 'output_tokens') this.#row.outputTokens = scanner.readUnsigned(key)
    else if (key === 'request_received_ms') this.#row.receivedMs = scanner.readNumber(key)
    else if (key === 'total_time_ms') this.#row.totalTimeMs = scanner.readNumber(key)
    else if (key === 'replay') scanner.readObject(key, this.#onReplay)
    else scanner.skipValue()
  }

  #onReplay = (source: Uint8Array, start: number, end: number): void => {
    const {scanner} = this.lines
    const key = findKey(source, start, end)
    if (key === 'trace_block_size') this.#row.blockSize = scanner.readUnsigned(key)
    else if (key === 'input_length') this.#row.replayInputLength = scanner.readUnsigned(key)
    else if (key === 'input_sequence_hashes') {
      this.#row.hasHashes = true
      scanner.readArray(key, () => this.#hashIds.push(scanner.readUnsignedLow32(key)))
    } else scanner.skipValue()
  }

  #readOptional(key: string, onField: (source: Uint8Array, start: number, end: number) => void): void {
    if (!this.lines.scanner.takeNull()) this.lines.scanner.readObject(key, onField)
  }

  #checkSchema(): Problem | null {
    const {schema} = this.#row
    if (schema === DYNAMO_SCHEMA || schema === DYNAMO_AGENT_SCHEMA) return null
    const got = schema === null ? 'no schema' : `schema ${schema.slice(0, 60)}`
    return this.lines.problem(`has ${got}, expected ${DYNAMO_SCHEMA}`, 'schema')
  }

  #applyRow(): Problem | null {
    const wrong = this.#checkSchema() ?? this.#checkLengths() ?? this.#checkHashes()
    if (wrong !== null) return wrong
    const row = this.#row
    // An aborted request served nobody; the simulator has no notion of one.
    if (Number.isNaN(row.outputTokens) || row.outputTokens === 0) {
      this.#withoutOutput++
      return null
    }
    const startMs = Number.isNaN(row.receivedMs) ? row.eventTimeMs - row.totalTimeMs : row.receivedMs
    if (!Number.isFinite(startMs))
      return this.lines.problem('is missing request_received_ms', 'request_received_ms')
    const endMs = Number.isNaN(row.totalTimeMs) ? row.eventTimeMs : startMs + row.totalTimeMs
    this.#line.push(this.lines.lineNumber)
    this.#startMs.push(startMs)
    this.#endMs.push(Number.isNaN(endMs) ? startMs : Math.max(endMs, startMs))
    this.#inputLength.push(Number.isNaN(row.replayInputLength) ? row.inputTokens : row.replayInputLength)
    this.#outputLength.push(row.outputTokens)
    const isAgents = row.schema === DYNAMO_AGENT_SCHEMA
    this.#sessionIds.push(isAgents ? (row.trajectoryId ?? row.sessionId) : row.sessionId)
    if (!row.hasHashes) this.#withoutHashes++
    this.#hashStart.push(this.#hashIds.length)
    return null
  }

  #checkLengths(): Problem | null {
    const {inputTokens, replayInputLength, outputTokens} = this.#row
    const input = Number.isNaN(replayInputLength) ? inputTokens : replayInputLength
    if (Number.isNaN(input)) return this.lines.problem('is missing input_tokens', 'input_tokens')
    if (input === 0) return this.lines.problem('has input_tokens 0, it must be at least 1', 'input_tokens')
    if (input > INT32_MAX)
      return this.lines.problem(`has input_tokens ${input}, more than ${INT32_MAX}`, 'input_tokens')
    if (outputTokens > INT32_MAX)
      return this.lines.problem(`has output_tokens ${outputTokens}, more than ${INT32_MAX}`, 'output_tokens')
    return null
  }

  #checkHashes(): Problem | null {
    const {hasHashes, blockSize, replayInputLength, inputTokens} = this.#row
    if (!hasHashes) return null
    if (!(blockSize >= 1 && blockSize <= INT32_MAX))
      return this.lines.problem('needs a replay.trace_block_size of at least 1', 'replay.trace_block_size')
    this.#blockSize ??= {tokens: blockSize, line: this.lines.lineNumber}
    const first = this.#blockSize
    if (first.tokens !== blockSize) {
      const text = `has replay.trace_block_size ${blockSize}, line ${first.line} has ${first.tokens}`
      return this.lines.problem(text, 'replay.trace_block_size')
    }
    const input = Number.isNaN(replayInputLength) ? inputTokens : replayInputLength
    const hashes = this.#hashIds.length - this.#hashStart.at(this.#hashStart.length - 1)
    if (hashes * blockSize >= input) return null
    const text = `has ${hashes} input_sequence_hashes of ${blockSize} tokens for ${input} input tokens`
    return this.lines.problem(text, 'replay.input_sequence_hashes')
  }

  /** Rows are written when requests end; traffic is in order of arrival. */
  #orderByStart(): Int32Array {
    const order = Int32Array.from({length: this.requestCount}, (_, row) => row)
    return order.sort(
      (a, b) => this.#startMs.at(a) - this.#startMs.at(b) || this.#endMs.at(a) - this.#endMs.at(b) || a - b,
    )
  }

  #buildSessions(order: Int32Array): Result<{readonly builder: SessionBuilder; readonly overlaps: number}> {
    const builder = new SessionBuilder(this.requestCount)
    const endMs = new Map<string, number>()
    let overlaps = 0
    for (const row of order) {
      const timestamp = this.#startMs.at(row)
      const sessionId = this.#sessionIds[row]!
      const previousEndMs = sessionId === null ? undefined : endMs.get(sessionId)
      const isOverlap = previousEndMs !== undefined && timestamp < previousEndMs
      if (isOverlap) overlaps++
      else if (sessionId !== null) endMs.set(sessionId, this.#endMs.at(row))
      const problem = builder.add({
        line: this.#line.at(row),
        // The prefix keeps a session that calls itself request_<line> apart from that line.
        sessionId: sessionId === null || isOverlap ? null : `session ${sessionId}`,
        timestamp,
        delay: previousEndMs === undefined || isOverlap ? Number.NaN : timestamp - previousEndMs,
      })
      if (problem !== null)
        return fail(`${this.fileName}: trace line ${this.#line.at(row)} ${problem}`, 'session_id')
    }
    return ok({builder, overlaps})
  }

  #gatherHashes(order: Int32Array) {
    const hashStart = new Uint32Array(order.length + 1)
    order.forEach((row, index) => {
      hashStart[index + 1] = hashStart[index]! + this.#hashStart.at(row + 1) - this.#hashStart.at(row)
    })
    const hashIds = new Uint32Array(hashStart[order.length]!)
    order.forEach((row, index) => {
      hashIds.set(this.#hashIds.slice(this.#hashStart.at(row), this.#hashStart.at(row + 1)), hashStart[index])
    })
    return {hashStart, hashIds}
  }

  #notices(overlaps: number): readonly string[] {
    const notices = leftOutNotice(this.fileName, this.#withoutOutput, 'output')
    if (this.#withoutHashes > 0)
      notices.push(
        `${this.fileName}: ${requestsThat(this.#withoutHashes, 'has', 'have')} no input_sequence_hashes, so no prefix is reused in this replay.`,
      )
    if (overlaps > 0)
      notices.push(
        `${this.fileName}: ${requestsThat(overlaps, 'overlaps the one before it in its session and comes at its', 'overlap the one before them in their session and come at their')} recorded time.`,
      )
    return notices
  }
}
