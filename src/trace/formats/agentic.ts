import {floats, words} from '../../core/column.ts'
import {ok, type Problem, type Result} from '../../core/result.ts'
import {INT32_MAX} from '../int32.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {JsonLinesReader} from './file-reader.ts'
import {LineError} from './json-line-scanner.ts'
import {keyFinder} from './json-lines.ts'

const LISTS = ['assistant_response_length', 'tool_call_output_length', 'tool_call_latency'] as const
const KEYS = ['num_turns', 'input_prompt_length', ...LISTS, 'final_assistant_response_length'] as const
type ListKey = (typeof LISTS)[number]
type Key = (typeof KEYS)[number]
const findKey = keyFinder(KEYS)

/**
 * applied_compute_agentic JSONL (engine.md 1.8): a line is a session of tool calls. Each turn's prompt is all that was
 * said before it; its delay is the tool's latency. There are no timestamps.
 */
export class AgenticReader extends JsonLinesReader {
  readonly #line = words()
  readonly #inputLength = floats()
  readonly #outputLength = floats()
  readonly #delayMs = floats()
  readonly #session = words()
  readonly #turn = words()
  readonly #firstTurn = words()

  // The row being read; an absent field has no entry.
  readonly #seen = new Set<Key>()
  readonly #numbers = new Map<Key, number>()
  readonly #lists = new Map<Key, number[]>()

  get requestCount(): number {
    return this.#line.length
  }

  protected build(count: number): Result<ParsedTrace> {
    const session = Int32Array.from(this.#session.toArray())
    return ok({
      fileName: this.fileName,
      format: 'applied_compute_agentic',
      notices: [],
      traceBlockSize: null,
      prompts: 'growing',
      requestCount: count,
      sessionCount: this.#firstTurn.length,
      line: this.#line.toArray(),
      inputLengthGiven: this.#inputLength.toArray(),
      outputLength: Int32Array.from(this.#outputLength.toArray()),
      timestampMs: new Float64Array(count).fill(Number.NaN),
      delayMs: this.#delayMs.toArray(),
      session,
      turn: Int32Array.from(this.#turn.toArray()),
      // The turns of a session stand in a row.
      nextTurn: session.map((own, request) => (session[request + 1] === own ? request + 1 : -1)),
      firstTurn: Int32Array.from(this.#firstTurn.toArray()),
      sessionNames: new Map(),
      hashStart: new Uint32Array(count + 1),
      hashIds: new Uint32Array(0),
    })
  }

  protected readonly readLine = (): Problem | null => {
    this.#seen.clear()
    this.#numbers.clear()
    this.#lists.clear()
    this.lines.scanner.readObjectLine(this.#onField)
    return this.#applyRow()
  }

  #onField = (source: Uint8Array, start: number, end: number): void => {
    const {scanner} = this.lines
    const key = findKey(source, start, end)
    if (key === undefined) {
      scanner.skipValue()
      return
    }
    if (this.#seen.has(key)) throw new LineError(`duplicate field ${key}`)
    this.#seen.add(key)
    if (!scanner.takeNull()) this.#readField(key)
  }

  #readField(key: Key): void {
    const {scanner} = this.lines
    if (!isListKey(key)) {
      this.#numbers.set(key, scanner.readUnsigned(key))
      return
    }
    const values: number[] = []
    this.#lists.set(key, values)
    const isTime = key === 'tool_call_latency'
    scanner.readArray(key, () => values.push(isTime ? scanner.readNumber(key) : scanner.readUnsigned(key)))
  }

  #applyRow(): Problem | null {
    const missing = KEYS.find(key => !this.#numbers.has(key) && !this.#lists.has(key))
    if (missing !== undefined) return this.lines.problem(`is missing ${missing}`, missing)
    if (this.#numbers.get('input_prompt_length') === 0)
      return this.lines.problem('has input_prompt_length 0, it must be at least 1', 'input_prompt_length')
    const turns = this.#numbers.get('num_turns')
    for (const key of LISTS) {
      const {length} = this.#lists.get(key)!
      if (length !== turns)
        return this.lines.problem(`has ${length} values in ${key} for num_turns ${turns}`, key)
    }
    const key = 'tool_call_latency'
    const latency = this.#lists.get(key)!.find(value => value < 0)
    if (latency === undefined) return this.#addSession()
    return this.lines.problem(`has ${key} ${latency}, it must not be negative`, key)
  }

  #addSession(): Problem | null {
    const session = this.#firstTurn.length
    const turns = this.#numbers.get('num_turns')!
    const [responses, toolOutputs, latenciesS] = LISTS.map(key => this.#lists.get(key)!)
    this.#firstTurn.push(this.requestCount)
    let input = this.#numbers.get('input_prompt_length')!
    for (let turn = 0; turn <= turns; turn++) {
      const key = turn < turns ? 'assistant_response_length' : 'final_assistant_response_length'
      const output = turn < turns ? responses![turn]! : this.#numbers.get(key)!
      if (output === 0) return this.lines.problem(`has ${key} 0, it must be at least 1`, key)
      if (input + output > INT32_MAX)
        return this.lines.problem(`adds up to more than ${INT32_MAX} tokens at turn ${turn}`, key)
      this.#line.push(this.lines.lineNumber)
      this.#inputLength.push(input)
      this.#outputLength.push(output)
      this.#delayMs.push(turn === 0 ? 0 : latenciesS![turn - 1]! * 1000)
      this.#session.push(session)
      this.#turn.push(turn)
      input += output + (toolOutputs![turn] ?? 0)
    }
    return null
  }
}

function isListKey(key: Key): key is ListKey {
  return LISTS.some(list => list === key)
}
