type Waiting<T> = ((outcome: T | null) => void)[]

/**
 * Runs under way, by key: two names of one run share it, within a batch and in the next one, which is decided before the
 * last is over.
 */
export class RunsUnderWay<T> {
  readonly #open = new Map<string, Waiting<T>>()

  /** @returns its outcome once it is there, null where it was not begun in time; undefined = nobody runs it, the caller is to */
  join(key: string): Promise<T | null> | undefined {
    const waiting = this.#open.get(key)
    if (waiting !== undefined) return new Promise(resolve => waiting.push(resolve))
    this.#open.set(key, [])
    return undefined
  }

  /** Tells all who wait for it; of one that has ended before, nobody hears again. */
  end(key: string, outcome: T | null): void {
    const waiting = this.#open.get(key) ?? []
    this.#open.delete(key)
    for (const tell of waiting) tell(outcome)
  }
}
