/**
 * What the syncs before wanted, kept in memory by the controller. Slots too old to count are written over, which
 * leaves the list out of order; both readings below go over all of it.
 */
export class Recommendations {
  readonly #replicas: number[] = []
  readonly #timesMs: number[] = []

  /** The controller takes the size it finds for its first recommendation. */
  startWith(replicas: number, nowMs: number): void {
    if (this.#replicas.length === 0) this.#record(replicas, nowMs, -1)
  }

  /** Without `behavior` (policies.md 1.7): the largest of the window, entries exactly as old as it among them. */
  stabiliseDown(want: number, nowMs: number, windowMs: number): number {
    const cutoff = nowMs - windowMs
    let stable = want
    let slot = -1
    for (const [i, timeMs] of this.#timesMs.entries()) {
      if (timeMs < cutoff) slot = i
      else stable = Math.max(stable, this.#replicas[i] ?? 0)
    }
    this.#record(want, nowMs, slot)
    return stable
  }

  /** With `behavior` (policies.md 1.8.1): the size is moved only as far as all of each window agree. */
  stabilise(
    want: number,
    spec: number,
    nowMs: number,
    windows: {readonly upMs: number; readonly downMs: number},
  ): number {
    const upCutoff = nowMs - windows.upMs
    const downCutoff = nowMs - windows.downMs
    let low = want
    let high = want
    let slot = -1
    for (const [i, timeMs] of this.#timesMs.entries()) {
      const replicas = this.#replicas[i] ?? 0
      if (timeMs > upCutoff) low = Math.min(low, replicas)
      if (timeMs > downCutoff) high = Math.max(high, replicas)
      if (timeMs < upCutoff && timeMs < downCutoff) slot = i
    }
    this.#record(want, nowMs, slot)
    return Math.min(Math.max(spec, low), high)
  }

  #record(replicas: number, nowMs: number, slot: number): void {
    const place = slot < 0 ? this.#replicas.length : slot
    this.#replicas[place] = replicas
    this.#timesMs[place] = nowMs
  }
}
