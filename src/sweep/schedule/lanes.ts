/** One thing to do on a lane, which is free again once it settles. */
export type LaneJob = (lane: number) => Promise<void>

interface Waiting {
  readonly job: LaneJob
  readonly isOver: () => boolean
  readonly settle: () => void
  readonly fail: (reason: unknown) => void
}

/** How well lanes were used while there was anything to do. */
export interface LaneUse {
  /** Sum over the lanes of the time in which they had a job, ms. */
  readonly busyMs: number
  /** Time in which at least one had, times the lanes, ms. */
  readonly availableMs: number
}

/**
 * A fixed number of workers or threads that whoever has runs to do shares: sweeps, benches and searches. Jobs are begun in
 * the order they were given, one caller's after another's; a lane takes the next as soon as it is free, so that a caller
 * that hands in its next jobs before its last are done leaves none idle. Of free lanes the lowest is used.
 */
export class Lanes {
  readonly #nowMs: () => number
  readonly #free: number[]
  readonly #count: number
  readonly #waiting: Waiting[] = []
  /** When each lane's job began, ms. */
  readonly #beganMs: number[]
  #busyMs = 0
  #availableMs = 0
  #activeSinceMs = 0

  constructor(count: number, nowMs: () => number) {
    this.#count = count
    this.#nowMs = nowMs
    this.#free = Array.from({length: count}, (_, lane) => lane)
    this.#beganMs = this.#free.map(() => 0)
  }

  get use(): LaneUse {
    return {busyMs: this.#busyMs, availableMs: this.#availableMs}
  }

  /**
   * Does all jobs; rejects as soon as one does.
   * @param isOver no more of them are begun once this is so
   */
  async run(jobs: readonly LaneJob[], isOver: () => boolean = () => false): Promise<void> {
    const done = jobs.map(
      job =>
        new Promise<void>((settle, fail) => {
          this.#waiting.push({job, isOver, settle, fail})
        }),
    )
    this.#fill()
    await Promise.all(done)
  }

  /** Forgets the jobs that were not begun: who waits for them waits for ever. */
  clear(): void {
    this.#waiting.length = 0
  }

  #fill(): void {
    while (this.#free.length > 0) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      if (next.isOver()) next.settle()
      else void this.#serve(this.#take(), next)
    }
  }

  async #serve(lane: number, {job, settle, fail}: Waiting): Promise<void> {
    try {
      await job(lane)
      settle()
    } catch (error) {
      fail(error)
    } finally {
      this.#release(lane)
    }
    this.#fill()
  }

  #take(): number {
    const lane = Math.min(...this.#free)
    this.#free.splice(this.#free.indexOf(lane), 1)
    const nowMs = this.#nowMs()
    if (this.#free.length === this.#count - 1) this.#activeSinceMs = nowMs
    this.#beganMs[lane] = nowMs
    return lane
  }

  #release(lane: number): void {
    const nowMs = this.#nowMs()
    this.#busyMs += nowMs - this.#beganMs[lane]!
    this.#free.push(lane)
    if (this.#free.length === this.#count) this.#availableMs += this.#count * (nowMs - this.#activeSinceMs)
  }
}
