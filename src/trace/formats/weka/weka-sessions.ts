import {floats, words} from '../../../core/column.ts'
import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {ok, type Problem, type Result} from '../../../core/result.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {withoutTokensNotice} from '../notices.ts'
import {SessionBuilder} from '../session-builder.ts'
import {WekaFileReader} from './weka-file-reader.ts'
import {isCount} from './weka-recording.ts'

/** Keeps the block ids of one conversation apart from another's where the file says they are its own. */
const SCOPE_STRIDE = 0x9e3779b1

/**
 * Conversations as kv-cache-tester (Weka) records them: one JSON object each, or one a line, with `requests` of times in
 * seconds, lengths and block ids. A later request waits for the one before it as it did in the recording: the pause from
 * the end of that one (`t` + `api_time`) to its own start is kept.
 */
export class WekaReader extends WekaFileReader {
  readonly #inputLength = floats()
  readonly #outputLength = words()
  readonly #hashStart = words()
  readonly #hashIds = words()
  #sessions: SessionBuilder | null = null
  #leftOut = 0

  constructor(bytes: Uint8Array, fileName: string) {
    super(bytes, fileName)
    this.#hashStart.push(0)
  }

  get requestCount(): number {
    return this.#inputLength.length
  }

  protected readConversations(conversations: readonly JsonObject[]): Problem | null {
    const rows = conversations.reduce((sum, one) => sum + requestsOf(one).length, 0)
    const sessions = new SessionBuilder(rows)
    this.#sessions = sessions
    for (const [index, conversation] of conversations.entries()) {
      const problem = this.#readConversation(conversation, index, sessions)
      if (problem !== null) return problem
    }
    return null
  }

  protected build(count: number): Result<ParsedTrace> {
    return ok({
      fileName: this.fileName,
      format: 'weka',
      notices: this.#notices(),
      traceBlockSize: this.blockSize,
      prompts: 'hashes',
      requestCount: count,
      inputLengthGiven: this.#inputLength.toArray(),
      outputLength: Int32Array.from(this.#outputLength.toArray()),
      ...this.#sessions!.finish(),
      hashStart: Uint32Array.from(this.#hashStart.toArray()),
      hashIds: Uint32Array.from(this.#hashIds.toArray()),
    })
  }

  #readConversation(conversation: JsonObject, index: number, sessions: SessionBuilder): Problem | null {
    const name = String(conversation.id ?? `conversation ${index + 1}`)
    const blockSize = conversation.block_size
    if (!isCount(blockSize) || blockSize === 0)
      return this.#problem(name, 'needs a whole number of tokens in block_size', 'block_size')
    const otherSize = this.takeBlockSize(name, blockSize)
    if (otherSize !== null) return otherSize
    const scope = conversation.hash_id_scope === 'local' ? (index * SCOPE_STRIDE) % 2 ** 32 : 0
    let previousEndS = Number.NaN
    for (const [at, request] of requestsOf(conversation).entries()) {
      const {t, in: input, out: output, hash_ids: ids} = request
      const where = `${name}, request ${at + 1}`
      if (typeof t !== 'number' || !Number.isFinite(t)) return this.#problem(where, 'needs seconds in t', 't')
      if (!isCount(input)) return this.#problem(where, 'needs a whole number of tokens in in', 'in')
      if (!isCount(output)) return this.#problem(where, 'needs a whole number of tokens in out', 'out')
      if (!Array.isArray(ids) || !ids.every(isCount))
        return this.#problem(where, 'needs a list of whole numbers in hash_ids', 'hash_ids')
      if (input === 0 || output === 0) {
        this.#leftOut++
        continue
      }
      const delay = Number.isNaN(previousEndS) ? Number.NaN : Math.max(t - previousEndS, 0) * 1000
      const problem = sessions.add({line: at + 1, sessionId: `session ${name}`, timestamp: t * 1000, delay})
      if (problem !== null) return this.#problem(where, problem, 't')
      previousEndS = t + (typeof request.api_time === 'number' ? request.api_time : 0)
      this.#inputLength.push(input)
      this.#outputLength.push(output)
      for (const id of ids) this.#hashIds.push((id + scope) % 2 ** 32)
      this.#hashStart.push(this.#hashIds.length)
    }
    return null
  }

  #problem(where: string, text: string, field: string): Problem {
    return this.problem({message: `${where}: ${text}`, field})
  }

  #notices(): readonly string[] {
    const notices = [
      `${this.fileName} is read as a kv-cache-tester (Weka) recording: times in s, blocks of ${this.blockSize} tokens; a request waits for the one before it in its conversation. 1.2.1 knows no such traces; under 1.6.1 (--dynamo 1.6.1) recorded starts are kept, and sub-agents are told apart.`,
    ]
    return [...notices, ...withoutTokensNotice(this.fileName, this.#leftOut)]
  }
}

function requestsOf(conversation: JsonObject): readonly JsonObject[] {
  return Array.isArray(conversation.requests) ? conversation.requests.filter(isObject) : []
}
