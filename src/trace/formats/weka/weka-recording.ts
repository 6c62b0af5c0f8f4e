import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {messageOf} from '../../../core/message-of.ts'
import {fail, ok, type Problem, type Result} from '../../../core/result.ts'

/** A request that kv-cache-tester (Weka) recorded. Times in seconds from the start of its conversation. */
export interface WekaRequest {
  /** Names it within the conversation, as the reference does: `outer:3`, `outer:4:inner:0`. */
  readonly id: string
  /** Its place in the list it stands in. */
  readonly order: number
  readonly startS: number
  /** How long it ran; 0 where the recording has no `api_time`. */
  readonly tookS: number
  readonly endS: number
  readonly model: string
  readonly inputLength: number
  readonly outputLength: number
  readonly hashIds: readonly number[]
}

/** What an agent had done by another, with requests of its own. */
export interface WekaSubagent {
  readonly order: number
  readonly name: string
  readonly startS: number
  /** The parent goes on without waiting for it. */
  readonly isBackground: boolean
  readonly durationMs: number | null
  readonly requests: readonly WekaRequest[]
}

export interface WekaRecording {
  readonly id: string
  readonly blockSize: number
  readonly requests: readonly WekaRequest[]
  readonly subagents: readonly WekaSubagent[]
}

/** Conversations of a file: one JSON object, or one on each line. */
export function readWekaObjects(text: string, fileName: string): Result<JsonObject[]> {
  try {
    const whole: unknown = JSON.parse(text)
    if (isObject(whole)) return ok([whole])
  } catch {
    // Several objects, one a line.
  }
  const found: JsonObject[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      const row: unknown = JSON.parse(line)
      if (!isObject(row)) return fail(`${fileName}: trace line ${index + 1} must be a JSON object`)
      found.push(row)
    } catch (error) {
      return fail(`failed to parse line ${index + 1} from ${fileName} as JSON: ${messageOf(error)}`)
    }
  }
  return ok(found)
}

/** Thrown within one conversation and caught at its end: what is wrong, and in which field. */
class RecordingError extends Error {
  readonly field: string

  constructor(text: string, field: string) {
    super(text)
    this.field = field
  }
}

/** One conversation, checked as ai-dynamo 1.6.1 checks it; the problem says where in it. */
export function readWekaRecording(given: JsonObject, index: number): Result<WekaRecording> {
  const name = typeof given.id === 'string' && given.id.trim() !== '' ? given.id : `conversation ${index + 1}`
  try {
    return ok(recordingOf(given, name))
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error
    const problem: Problem = {message: `${name}: ${error.message}`, field: error.field}
    return {ok: false, error: problem}
  }
}

function recordingOf(given: JsonObject, id: string): WekaRecording {
  const {block_size: blockSize, hash_id_scope: scope, requests: entries} = given
  check(isCount(blockSize) && blockSize > 0, 'needs a whole number of tokens in block_size', 'block_size')
  check(scope === 'local', `has hash_id_scope ${String(scope)}; only local is known`, 'hash_id_scope')
  check(Array.isArray(entries), 'needs a list of requests', 'requests')
  const requests: WekaRequest[] = []
  const subagents: WekaSubagent[] = []
  for (const [order, entry] of (entries as unknown[]).entries()) {
    const where = `request ${order + 1}`
    check(isObject(entry), `${where} is no object`, 'requests')
    const own = entry as JsonObject
    if (own.type === 'subagent') subagents.push(subagentOf(own, order, where))
    else requests.push(requestOf(own, {id: `outer:${order}`, order, where}))
  }
  check(requests.length > 0, 'has no request beside those of sub-agents', 'requests')
  const declared = Array.isArray(given.models) ? given.models : []
  const all = requests.concat(subagents.flatMap(({requests: inner}) => inner))
  const other = declared.length === 0 ? undefined : all.find(({model}) => !declared.includes(model))
  check(other === undefined, `has a request of ${other?.model}, which its models do not name`, 'models')
  return {id, blockSize: blockSize as number, requests, subagents}
}

function subagentOf(given: JsonObject, order: number, where: string): WekaSubagent {
  const {t, agent_id: name, status, duration_ms: durationMs = null, requests = []} = given
  check(isSeconds(t), `${where} needs seconds from 0 in t`, 't')
  check(typeof name === 'string' && name.trim() !== '', `${where} needs an agent_id`, 'agent_id')
  check(
    status === 'completed' || status === 'async_launched',
    `${where} is a sub-agent of status ${JSON.stringify(status)}; completed and async_launched are known`,
    'status',
  )
  check(durationMs === null || isCount(durationMs), `${where} has a negative duration_ms`, 'duration_ms')
  check(Array.isArray(requests), `${where} needs a list of requests`, 'requests')
  const inner = (requests as unknown[]).map((entry, i) => {
    const at = `${where}, request ${i + 1} of its sub-agent`
    check(isObject(entry), `${at} is no object`, 'requests')
    return requestOf(entry as JsonObject, {id: `outer:${order}:inner:${i}`, order: i, where: at})
  })
  check(
    status === 'async_launched' || inner.length > 0,
    `${where} is a sub-agent that is waited for and has no requests`,
    'requests',
  )
  return {
    order,
    name: name as string,
    startS: t as number,
    isBackground: status === 'async_launched',
    durationMs: durationMs as number | null,
    requests: inner,
  }
}

function requestOf(
  given: JsonObject,
  {id, order, where}: {readonly id: string; readonly order: number; readonly where: string},
): WekaRequest {
  const {t, type, model, in: input, out: output, hash_ids: ids = [], api_time: apiTime = null} = given
  check(
    type === 'n' || type === 's',
    `${where} has type ${JSON.stringify(type)}; n, s and subagent are known`,
    'type',
  )
  check(isSeconds(t), `${where} needs seconds from 0 in t`, 't')
  check(typeof model === 'string' && model.trim() !== '', `${where} needs a model`, 'model')
  check(isCount(input) && input > 0, `${where} needs a whole number of tokens from 1 in in`, 'in')
  check(isCount(output), `${where} needs a whole number of tokens in out`, 'out')
  check(
    Array.isArray(ids) && ids.every(isCount),
    `${where} needs a list of whole numbers in hash_ids`,
    'hash_ids',
  )
  check(apiTime === null || isSeconds(apiTime), `${where} needs seconds from 0 in api_time`, 'api_time')
  const startS = t as number
  const tookS = (apiTime as number | null) ?? 0
  return {
    id,
    order,
    startS,
    tookS,
    endS: startS + tookS,
    model: model as string,
    inputLength: input as number,
    outputLength: output as number,
    hashIds: ids as number[],
  }
}

function check(isRight: boolean, text: string, field: string): void {
  if (!isRight) throw new RecordingError(text, field)
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
