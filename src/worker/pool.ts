import {messageOf} from '../core/message-of.ts'
import {fail, type Result} from '../core/result.ts'
import type {PointFigures} from '../sweep/points.ts'
import {Lanes} from '../sweep/schedule/lanes.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import type {PointRequest, RunTelemetry} from './protocol.ts'

export interface PoolOptions {
  readonly spawn: () => WorkerLink
  /** Most workers at a time: cores, as a rule. */
  readonly size: number
  /** A client that is there anyway and has its trace loaded; it takes the place of the first worker. */
  readonly first?: SimulatorClient
  /** How long workers without work keep their traces and tables for the next sweep. */
  readonly idleMs?: number
}

export interface PoolEvents<T, F = PointFigures> {
  readonly onStart: (task: T) => void
  readonly onProgress: (task: T, progress: RunTelemetry) => void
  readonly onOutcome: (task: T, outcome: Result<F>) => void
  /** No more tasks are begun once this is so. */
  readonly isOver?: () => boolean
}

/** What is asked of a client for one task. */
export type AskClient<T, F> = (
  client: SimulatorClient,
  task: T,
  onProgress: (progress: RunTelemetry) => void,
  signal: AbortSignal,
) => Promise<Result<F>>

/** A point of a sweep, as a plain request, so that what the task carries besides does not cross. */
const askPoint: AskClient<PointRequest, PointFigures> = (client, task, onProgress, signal) => {
  const {scenario, traceBlob, profile} = task
  return client.runPoint({scenario, traceBlob, profile}, onProgress, signal)
}

/** What sweeps, searches and benches ask of the pool. */
export type RunPool = Pick<SimulatorPool, 'runMany' | 'askMany'>

/** Long enough to look at a sweep and change a knob, short enough to give the memory back. */
const IDLE_MS = 20_000

/**
 * Runs many scenarios on few workers. Tasks are handed out one by one, because they take unequal time; a worker is
 * started only when there is a task for it, since each holds the trace once.
 */
export class SimulatorPool {
  readonly #options: PoolOptions
  /** Started here, so ended here too. */
  readonly #own: SimulatorClient[] = []
  readonly #lanes: Lanes
  /** Sweeps, benches and searches that wait for runs. */
  #callers = 0
  #idle: ReturnType<typeof setTimeout> | null = null

  constructor(options: PoolOptions) {
    this.#options = options
    this.#lanes = new Lanes(options.size, () => performance.now())
  }

  /**
   * Settles every task that is begun in `onOutcome`, or rejects with the signal's reason: tasks under way are then lost and no
   * event comes any more.
   */
  runMany<T extends PointRequest>(
    tasks: readonly T[],
    events: PoolEvents<T>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.askMany(tasks, events, signal, askPoint)
  }

  /** The same with another question. */
  async askMany<T, F>(
    tasks: readonly T[],
    events: PoolEvents<T, F>,
    signal: AbortSignal,
    ask: AskClient<T, F>,
  ): Promise<void> {
    signal.throwIfAborted()
    this.#keep()
    this.#callers++
    try {
      const jobs = tasks.map(
        task => (lane: number) => runTask({client: this.#client(lane), task, ask}, events, signal),
      )
      await this.#lanes.run(jobs, events.isOver)
    } finally {
      this.#callers--
      if (this.#callers === 0) this.#releaseLater()
    }
  }

  /** Ends the workers of this pool and frees what they hold; the client it was given goes on. */
  dispose(): void {
    this.#keep()
    for (const client of this.#own.splice(0)) client.dispose()
  }

  #client(index: number): SimulatorClient {
    const {first, spawn} = this.#options
    if (first !== undefined && index === 0) return first
    const own = first === undefined ? index : index - 1
    const client = this.#own[own] ?? new SimulatorClient(spawn)
    this.#own[own] = client
    client.models = first?.models ?? []
    return client
  }

  #keep(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
  }

  #releaseLater(): void {
    this.#keep()
    this.#idle = setTimeout(() => this.dispose(), this.#options.idleMs ?? IDLE_MS)
  }
}

interface Question<T, F> {
  readonly client: SimulatorClient
  readonly task: T
  readonly ask: AskClient<T, F>
}

async function runTask<T, F>(
  {client, task, ask}: Question<T, F>,
  events: PoolEvents<T, F>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  events.onStart(task)
  const onProgress = (progress: RunTelemetry) => events.onProgress(task, progress)
  const start = performance.now()
  const outcome = await ask(client, task, onProgress, signal).catch(problemOf)
  // For the browser's performance tools, and for whoever adds up how busy the workers were.
  performance.measure('run', {start})
  signal.throwIfAborted()
  events.onOutcome(task, outcome)
}

function problemOf(error: unknown): Result<never> {
  return fail(messageOf(error))
}
