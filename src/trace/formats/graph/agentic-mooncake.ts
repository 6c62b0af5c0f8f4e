import {strFromU8} from 'fflate'
import {fail, ok, type Problem, type Result} from '../../../core/result.ts'
import {INT32_MAX} from '../../int32.ts'
import type {GraphNode, GraphWait} from '../../request-graph.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {JsonLinesReader} from '../file-reader.ts'
import {LineError} from '../json-line-scanner.ts'
import {keyFinder} from '../json-lines.ts'
import {AGENTIC_SCHEMA} from '../known-keys.ts'
import {buildGraphTrace} from './graph-trace.ts'

const VERSION = 2

const TEXTS = ['schema', 'request_id', 'play_id', 'session_id', 'trigger', 'relation'] as const
const COUNTS = ['version', 'block_size', 'input_length', 'output_length'] as const
const TIMES = ['timestamp', 'not_before_ms', 'delay', 'tool_wait_ms', 'delay_ms'] as const
const LISTS = ['hash_ids', 'wait_for', 'dependencies'] as const
const ALIASES = {
  input_tokens: 'input_length',
  output_tokens: 'output_length',
  created_time: 'timestamp',
} as const
type Alias = keyof typeof ALIASES
type Key = (typeof TEXTS)[number] | (typeof COUNTS)[number] | (typeof TIMES)[number] | (typeof LISTS)[number]
const findKey = keyFinder<Key | Alias>([
  ...TEXTS,
  ...COUNTS,
  ...TIMES,
  ...LISTS,
  ...(Object.keys(ALIASES) as Alias[]),
])
const isText = oneOf(TEXTS)
const isCount = oneOf(COUNTS)
const isTime = oneOf(TIMES)

/** What a trigger or relation may be, and of which relation a start may be the trigger. */
const TRIGGERS = ['dispatch', 'completion']
const RELATIONS = ['sequence', 'spawn', 'join', 'replay_barrier']

/** A row as read: absent fields have no entry. */
interface Row {
  readonly texts: Map<Key, string>
  readonly numbers: Map<Key, number>
  readonly waitFor: string[]
  readonly waits: GraphWait[]
  hashIds: number[] | null
}

/**
 * Agentic Mooncake JSONL: requests that wait for the end of others (`wait_for`, with `delay` and `tool_wait_ms`), or,
 * below a header that names the schema, for their end or start (`dependencies`). The rows without a header are read as
 * aisimulate-core 0.13.0 reads them.
 */
export class AgenticMooncakeReader extends JsonLinesReader {
  readonly #nodes: GraphNode[] = []
  #blockSize: number | null = null
  #row: Row = emptyRow()

  get requestCount(): number {
    return this.#nodes.length
  }

  protected build(): Result<ParsedTrace> {
    return buildGraphTrace(this.#nodes, {
      fileName: this.fileName,
      format: 'agentic_mooncake',
      traceBlockSize: this.#blockSize,
      notices: this.#notices(),
    })
  }

  #notices(): readonly string[] {
    const notices = [
      `${this.fileName} is read as an agentic Mooncake trace: a request is sent when those it waits for are over, tools included.`,
    ]
    if (this.#blockSize === null)
      notices.push(
        `${this.fileName} has no header of ${AGENTIC_SCHEMA}, without which the replay call of ai-dynamo 1.6.1 refuses it; it is read ` +
          'as the engine of that release (aisimulate) reads such rows.',
      )
    return notices
  }

  protected readonly readLine = (): Problem | null => {
    this.#row = emptyRow()
    this.lines.scanner.readObjectLine(this.#onField)
    if (this.#nodes.length === 0 && this.#blockSize === null && this.#row.texts.has('schema'))
      return this.#takeHeader()
    const node = this.#blockSize === null ? this.#plainNode() : this.#declaredNode()
    if (!node.ok) return node.error
    this.#nodes.push(node.value)
    return null
  }

  #onField = (source: Uint8Array, start: number, end: number): void => {
    const {scanner} = this.lines
    const found = findKey(source, start, end)
    if (found === undefined) {
      scanner.skipValue()
      return
    }
    const key = found in ALIASES ? ALIASES[found as Alias] : (found as Key)
    if (scanner.takeNull()) return
    const {texts, numbers, waitFor} = this.#row
    if (texts.has(key) || numbers.has(key) || (key === 'hash_ids' && this.#row.hashIds !== null))
      throw new LineError(`duplicate field ${strFromU8(source.subarray(start, end))}`)
    if (isText(key)) texts.set(key, scanner.readString(key))
    else if (isCount(key)) numbers.set(key, scanner.readUnsigned(key))
    else if (isTime(key)) numbers.set(key, scanner.readNumber(key))
    else if (key === 'wait_for') scanner.readArray(key, () => waitFor.push(scanner.readString(key)))
    else if (key === 'dependencies') scanner.readArray(key, this.#readDependency)
    else this.#readHashIds()
  }

  #readHashIds(): void {
    const {scanner} = this.lines
    const ids: number[] = []
    scanner.readArray('hash_ids', () => ids.push(scanner.readUnsignedLow32('hash_ids')))
    this.#row.hashIds = ids
  }

  #readDependency = (): void => {
    const {scanner} = this.lines
    const texts = new Map<Key, string>()
    let delayMs = Number.NaN
    scanner.readObject('dependencies', (source, start, end) => {
      const key = findKey(source, start, end)
      if (key === 'delay_ms') delayMs = scanner.readNumber(key)
      else if (key === 'request_id' || key === 'trigger' || key === 'relation')
        texts.set(key, scanner.readString(key))
      else scanner.skipValue()
    })
    const [requestId = '', trigger = '', relation = ''] = (
      ['request_id', 'trigger', 'relation'] as const
    ).map(key => texts.get(key))
    if (!TRIGGERS.includes(trigger))
      throw new LineError(`trigger must be ${TRIGGERS.join(' or ')}, got "${trigger.slice(0, 40)}"`)
    if (!RELATIONS.includes(relation))
      throw new LineError(`relation must be one of ${RELATIONS.join(', ')}, got "${relation.slice(0, 40)}"`)
    if (trigger === 'dispatch' && relation !== 'spawn')
      throw new LineError(`a dependency of relation ${relation} waits for an end, not for a dispatch`)
    if (!(delayMs >= 0)) throw new LineError('delay_ms of a dependency must be a number of ms from 0')
    this.#row.waits.push({requestId, fromStart: trigger === 'dispatch', delayMs})
  }

  #takeHeader(): Problem | null {
    const {texts, numbers} = this.#row
    const [schema, version, blockSize] = [
      texts.get('schema'),
      numbers.get('version'),
      numbers.get('block_size'),
    ]
    if (schema !== AGENTIC_SCHEMA)
      return this.lines.problem(`names schema ${schema}, not ${AGENTIC_SCHEMA}`, 'schema')
    if (version !== VERSION)
      return this.lines.problem(
        `has version ${version} of ${AGENTIC_SCHEMA}; version ${VERSION} is read`,
        'version',
      )
    if (blockSize === undefined || blockSize === 0)
      return this.lines.problem('needs a block_size of at least 1', 'block_size')
    this.#blockSize = blockSize
    return null
  }

  /** A row of a file without header. */
  #plainNode(): Result<GraphNode> {
    const {texts, numbers, waitFor} = this.#row
    const read = this.#commonParts()
    if (!read.ok) return read
    if (numbers.has('delay') && numbers.has('delay_ms'))
      return this.#fail('sets both delay and delay_ms', 'delay')
    const toolMs = numbers.get('tool_wait_ms') ?? 0
    if (toolMs < 0) return this.#fail(`has tool_wait_ms ${toolMs}, it must not be negative`, 'tool_wait_ms')
    const delayMs = (numbers.get('delay') ?? numbers.get('delay_ms') ?? 0) + toolMs
    if (delayMs < 0) return this.#fail(`has a delay of ${delayMs} ms, it must not be negative`, 'delay')
    const startMs = waitFor.length > 0 ? 0 : (numbers.get('timestamp') ?? 0)
    if (startMs < 0) return this.#fail(`has timestamp ${startMs}, it must not be negative`, 'timestamp')
    return ok({
      ...read.value,
      playId: null,
      sessionId: texts.get('session_id') ?? 'agentic-session',
      notBeforeMs: startMs,
      waits: waitFor.map(requestId => ({requestId, fromStart: false, delayMs})),
    })
  }

  /** A row below a header. */
  #declaredNode(): Result<GraphNode> {
    const {texts, numbers, waits} = this.#row
    const read = this.#commonParts()
    if (!read.ok) return read
    const playId = texts.get('play_id') ?? ''
    const sessionId = texts.get('session_id') ?? ''
    if (playId.trim() === '') return this.#fail('is missing play_id', 'play_id')
    if (sessionId.trim() === '') return this.#fail('is missing session_id', 'session_id')
    const notBeforeMs = numbers.get('not_before_ms')
    if (notBeforeMs === undefined) return this.#fail('is missing not_before_ms', 'not_before_ms')
    if (notBeforeMs < 0)
      return this.#fail(`has not_before_ms ${notBeforeMs}, it must not be negative`, 'not_before_ms')
    return ok({...read.value, playId, sessionId, notBeforeMs, waits})
  }

  #commonParts(): Result<Pick<GraphNode, 'line' | 'requestId' | 'inputLength' | 'outputLength' | 'hashIds'>> {
    const {texts, numbers, hashIds} = this.#row
    const requestId = texts.get('request_id') ?? ''
    if (requestId.trim() === '') return this.#fail('is missing request_id', 'request_id')
    if (hashIds === null || hashIds.length === 0) return this.#fail('is missing hash_ids', 'hash_ids')
    const inputLength = numbers.get('input_length')
    if (inputLength === undefined || inputLength === 0)
      return this.#fail('needs an input_length of at least 1', 'input_length')
    const outputLength = numbers.get('output_length')
    if (outputLength === undefined) return this.#fail('is missing output_length', 'output_length')
    if (inputLength > INT32_MAX || outputLength > INT32_MAX)
      return this.#fail(`has more than ${INT32_MAX} tokens`, 'input_length')
    return ok({line: this.lines.lineNumber, requestId, inputLength, outputLength, hashIds})
  }

  #fail(text: string, field: string) {
    const {message} = this.lines.problem(text, field)
    return fail(message, field)
  }
}

function emptyRow(): Row {
  return {texts: new Map(), numbers: new Map(), waitFor: [], waits: [], hashIds: null}
}

function oneOf<K extends string>(keys: readonly K[]): (key: string) => key is K {
  return (key): key is K => keys.some(known => known === key)
}
