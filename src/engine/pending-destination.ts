import type {Destination} from './scheduler-1.6.ts'

/** What is known of a request on its instance before it runs there. */
interface Pending {
  readonly request: number
  readonly promptLength: number
}

interface Accepted<S> {
  readonly sequence: S
  /** State of the instance in which reserving was last tried in vain. */
  lastTry: number
}

/**
 * Takes in prompts that prefill instances computed (disagg-1.6.md 4): accepted in order of arrival, then given their place
 * one at a time, then activated when their KV cache has come. What a place is, and when the prompt moves, is the scheduler's.
 */
export abstract class PendingDestination<S extends Pending> implements Destination {
  readonly #accepted: Accepted<S>[] = []
  readonly #reserved = new Map<number, S>()
  #generation = 0
  reservedTokens = 0
  /** Accepted or reserved, and the tokens of their prompts. */
  pendingCount = 0
  pendingTokens = 0

  get isEmpty(): boolean {
    return this.pendingCount === 0
  }

  get reservedCount(): number {
    return this.#reserved.size
  }

  get reservedSequences(): Iterable<S> {
    return this.#reserved.values()
  }

  get isBlocking(): boolean {
    return this.#accepted.length > 0
  }

  /** The next pass end could reserve something. */
  get mayReserve(): boolean {
    const head = this.#accepted[0]
    return head !== undefined && head.lastTry !== this.#generation
  }

  /** Memory may have come free: what was tried in vain may be tried again. */
  spaceChanged(): void {
    this.#generation++
  }

  accept(request: number, maxOutput: number): void {
    const sequence = this.create(request, maxOutput)
    this.#accepted.push({sequence, lastTry: -1})
    this.#countPending(sequence, 1)
  }

  tryReserve(): number {
    const head = this.#accepted[0]
    if (head === undefined || head.lastTry === this.#generation) return -1
    const tokens = this.reserve(head.sequence)
    if (tokens < 0) {
      head.lastTry = this.#generation
      return -1
    }
    this.#accepted.shift()
    this.#reserved.set(head.sequence.request, head.sequence)
    this.reservedTokens = tokens
    return head.sequence.request
  }

  activate(request: number): void {
    const sequence = this.#reserved.get(request)!
    this.#reserved.delete(request)
    this.#countPending(sequence, -1)
    this.start(sequence)
  }

  cancel(request: number): void {
    const at = this.#accepted.findIndex(({sequence}) => sequence.request === request)
    if (at >= 0) this.#countPending(this.#accepted.splice(at, 1)[0]!.sequence, -1)
    const reserved = this.#reserved.get(request)
    if (reserved !== undefined) {
      this.#reserved.delete(request)
      this.#countPending(reserved, -1)
      this.release(reserved)
    }
    this.spaceChanged()
  }

  abstract refuses(request: number, maxOutput: number): boolean

  protected abstract create(request: number, maxOutput: number): S

  /** Takes the place of a prompt; the tokens taken fresh, or -1 if there is no room now. */
  protected abstract reserve(sequence: S): number

  /** Its KV cache has come. */
  protected abstract start(sequence: S): void

  /** Gives back the place of a prompt that will not come. */
  protected abstract release(sequence: S): void

  #countPending({promptLength}: S, by: number): void {
    this.pendingCount += by
    this.pendingTokens += by * promptLength
  }
}
