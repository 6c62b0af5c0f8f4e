import type {Result} from '../core/result.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import type {PointFigures} from '../sweep/points.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import type {PointRequest} from './protocol.ts'

export interface SpareWorkersOptions {
  readonly spawn: () => WorkerLink
  /** Most of them at a time; the page's own worker is none of them, so that it is free for what is asked next. */
  readonly size: number
  /** Models the user brought by now. */
  readonly models: () => readonly ModelConfig[]
  /** How long workers without work keep their traces and tables. */
  readonly idleMs?: number
}

const IDLE_MS = 10_000

/** Workers for what nobody waits for: each run is done by the next free one, in the order asked. */
export class SpareWorkers {
  readonly #options: SpareWorkersOptions
  readonly #free: SimulatorClient[] = []
  readonly #waiting: ((client: SimulatorClient) => void)[] = []
  #started = 0
  #idle: ReturnType<typeof setTimeout> | null = null

  constructor(options: SpareWorkersOptions) {
    this.#options = options
  }

  /** @throws the signal's reason once it is aborted */
  async run(request: PointRequest, signal: AbortSignal): Promise<Result<PointFigures>> {
    const client = await this.#next()
    try {
      signal.throwIfAborted()
      client.models = this.#options.models()
      return await client.runPoint(request, () => {}, signal)
    } finally {
      this.#giveBack(client)
    }
  }

  /** Ends those without work and frees what they hold. */
  dispose(): void {
    this.#stopIdling()
    this.#started -= this.#free.length
    for (const client of this.#free.splice(0)) client.dispose()
  }

  #next(): Promise<SimulatorClient> {
    this.#stopIdling()
    const free = this.#free.pop()
    if (free !== undefined) return Promise.resolve(free)
    if (this.#started < this.#options.size) {
      this.#started++
      return Promise.resolve(new SimulatorClient(this.#options.spawn))
    }
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  #giveBack(client: SimulatorClient): void {
    const next = this.#waiting.shift()
    if (next !== undefined) {
      next(client)
      return
    }
    this.#free.push(client)
    if (this.#free.length === this.#started)
      this.#idle = setTimeout(() => this.dispose(), this.#options.idleMs ?? IDLE_MS)
  }

  #stopIdling(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
  }
}
