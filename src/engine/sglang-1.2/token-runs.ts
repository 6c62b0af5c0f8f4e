import type {Workload} from '../../trace/workload.ts'
import type {Prompts} from '../prompts.ts'

/**
 * The tokens of all requests, prompts and outputs, without storing any. A prompt token is known by the hash id of the
 * trace block it lies in; a generated token, part of the prompt or not, is unique to its request and place. Only tokens at the same position are
 * ever compared, and trace blocks begin at the same positions in every prompt, so two prompts are compared hash id by
 * hash id: a few hundred steps for a hundred thousand tokens. Requests are asked for by `nameOf`.
 */
export class TokenRuns {
  readonly #inputLength: Int32Array
  readonly #hashStart: Uint32Array
  readonly #hashIds: Uint32Array
  readonly #traceBlockSize: number

  constructor(workload: Workload) {
    this.#inputLength = workload.hashedLength ?? workload.inputLength
    this.#hashStart = workload.hashStart
    this.#hashIds = workload.hashIds
    this.#traceBlockSize = workload.traceBlockSize
  }

  /** By what number the tokens of a request are known on an instance. */
  nameOf(request: number): number {
    return request
  }

  /** First position in [from, to) at which the tokens of two requests differ; `to` if there is none. */
  firstDifference(a: number, b: number, from: number, to: number): number {
    if (a === b) return to
    const shared = Math.min(to, this.#inputLength[a]!, this.#inputLength[b]!)
    if (from >= shared) return from
    const hashIds = this.#hashIds
    const size = this.#traceBlockSize
    const offset = this.#hashStart[b]! - this.#hashStart[a]!
    const first = this.#hashStart[a]!
    const end = first + Math.ceil(shared / size)
    let at = first + Math.floor(from / size)
    while (at < end && hashIds[at] === hashIds[at + offset]) at++
    return at === end ? shared : Math.max((at - first) * size, from)
  }

  /** A number that tells the token at a position from all other tokens at the same position. */
  tokenAt(request: number, position: number): number {
    if (position >= this.#inputLength[request]!) return GENERATED + request
    return this.#hashIds[this.#hashStart[request]! + Math.floor(position / this.#traceBlockSize)]!
  }
}

/** Tokens of requests that have none in common: what is left of one in a cache tells nothing of the next in its slot. */
class UnsharedTokens extends TokenRuns {
  #names = 0

  override nameOf(): number {
    return this.#names++
  }

  override firstDifference(a: number, b: number, from: number, to: number): number {
    return a === b ? to : from
  }

  override tokenAt(name: number): number {
    return name
  }
}

export function createTokenRuns(workload: Workload, {areUnshared}: Pick<Prompts, 'areUnshared'>): TokenRuns {
  return areUnshared ? new UnsharedTokens(workload) : new TokenRuns(workload)
}

/** Above every 32-bit hash id. */
const GENERATED = 2 ** 32
