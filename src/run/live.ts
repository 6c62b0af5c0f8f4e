import type {RunnableEngine} from '../engine/create-engine.ts'
import type {EngineGlance, FinishedSoFar} from '../engine/record/lives.ts'

/** A run as it grows, for a picture while one waits: never part of a result. One entry per sample. */
export interface LiveColumns {
  /** Simulated seconds. */
  readonly atS: number[]
  readonly serving: number[]
  readonly starting: number[]
  /** Mean over the first tokens since the sample before, of a streamed run over those of requests that ended; NaN where there were none. */
  readonly ttftMs: number[]
}

/** Enough for a line across a screen, few enough to cross to the page a dozen times a second. */
const SAMPLES = 200

/** Samples by simulated time, so that a run costs the same whoever watches it. */
export class LiveLine {
  readonly columns: LiveColumns = {atS: [], serving: [], starting: [], ttftMs: []}
  readonly #engine: RunnableEngine
  #waiting: number[] = []
  #seen = 0
  #finished: FinishedSoFar = {count: 0, ttftMs: 0}
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(engine: RunnableEngine) {
    this.#engine = engine
  }

  /** Takes a sample if the last one is long enough ago. */
  follow(expectedEndMs: number): LiveColumns {
    const {nowMs} = this.#engine
    if (nowMs - this.#lastMs >= expectedEndMs / SAMPLES) {
      this.#lastMs = nowMs
      this.#sample(nowMs)
    }
    return this.columns
  }

  #sample(nowMs: number): void {
    const glance = this.#engine.glance()
    const {instances} = glance
    const living = instances.filter(({exitMs}) => exitMs === null)
    const {atS, serving, starting, ttftMs} = this.columns
    atS.push(nowMs / 1000)
    serving.push(living.filter(({readyMs, drainMs}) => readyMs !== null && drainMs === null).length)
    starting.push(living.filter(({readyMs, drainMs}) => readyMs === null && drainMs === null).length)
    ttftMs.push(glance.finished === null ? this.#meanOf(glance, nowMs) : this.#meanSince(glance.finished))
  }

  #meanSince(finished: FinishedSoFar): number {
    const {count, ttftMs} = this.#finished
    this.#finished = finished
    return finished.count === count ? Number.NaN : (finished.ttftMs - ttftMs) / (finished.count - count)
  }

  #meanOf({arrivedRequests, requests}: EngineGlance, nowMs: number): number {
    for (; this.#seen < arrivedRequests; this.#seen++) this.#waiting.push(requests.arrivalOrder[this.#seen]!)
    let sum = 0
    let count = 0
    this.#waiting = this.#waiting.filter(request => {
      const firstMs = requests.firstTokenMs[request]!
      if (!(firstMs <= nowMs)) return true
      sum += firstMs - requests.arrivalMs[request]!
      count++
      return false
    })
    return count === 0 ? Number.NaN : sum / count
  }
}
