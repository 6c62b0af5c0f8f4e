import {fileURLToPath} from 'node:url'
import {parentPort, Worker} from 'node:worker_threads'
import {assert} from '../../core/assert.ts'
import {shareColumns} from './share-columns.ts'
import {type PointOutcome, PointRunner, type PointTask, type SweepJob} from './sweep-point.ts'
import {jobOfThread, threadDataFor} from './sweep-thread.ts'

type OnOutcome = (outcome: PointOutcome) => void

/**
 * Runs points, so many at a time, in threads that are kept between one call and the next: they hold the trace and the
 * tables. One job stays in this thread.
 */
export class PointPool {
  readonly #job: SweepJob
  readonly #jobs: number
  readonly #idle: Worker[] = []
  readonly #threads = new Set<Worker>()
  #queue: PointTask[] = []
  #runner: PointRunner | null = null

  constructor(job: SweepJob, jobs: number) {
    this.#jobs = jobs
    this.#job = jobs === 1 ? job : {...job, trace: job.trace && shareColumns(job.trace)}
  }

  /** Settles every task in `onOutcome`; no more are begun once it is over. */
  async run(
    tasks: readonly PointTask[],
    onOutcome: OnOutcome,
    isOver: () => boolean = () => false,
  ): Promise<void> {
    if (this.#jobs === 1) {
      this.#runner ??= new PointRunner(this.#job)
      for (const task of tasks) if (!isOver()) onOutcome(await this.#runner.run(task))
      return
    }
    this.#queue = [...tasks]
    const lanes = Math.min(this.#jobs, tasks.length)
    await Promise.all(Array.from({length: lanes}, () => this.#serve(onOutcome, isOver)))
  }

  /** A thread left over would keep the process alive. */
  async stop(): Promise<void> {
    this.#queue.length = 0
    await Promise.all([...this.#threads].map(thread => thread.terminate()))
  }

  /** One lane: a thread that takes tasks until none is left, replaced when it dies. */
  async #serve(onOutcome: OnOutcome, isOver: () => boolean): Promise<void> {
    let thread: Worker | null = null
    for (let task = this.#queue.shift(); task !== undefined && !isOver(); task = this.#queue.shift()) {
      thread ??= this.#idle.pop() ?? startThread(this.#job)
      this.#threads.add(thread)
      const outcome = await runInThread(thread, task)
      if (outcome.kind === 'died') {
        this.#threads.delete(thread)
        thread = null
      }
      onOutcome(outcome.kind === 'done' ? outcome.outcome : deadOutcome(task, outcome.reason))
    }
    if (thread !== null) this.#idle.push(thread)
  }
}

function startThread(job: SweepJob): Worker {
  // The file of the bundle that holds this module: it sees that it runs as a thread and serves points (below).
  return new Worker(fileURLToPath(import.meta.url), {workerData: threadDataFor(job)})
}

type ThreadOutcome =
  | {readonly kind: 'done'; readonly outcome: PointOutcome}
  | {readonly kind: 'died'; readonly reason: string}

function runInThread(thread: Worker, task: PointTask): Promise<ThreadOutcome> {
  return new Promise(resolve => {
    const onMessage = (outcome: PointOutcome) => settle({kind: 'done', outcome})
    const onError = (error: Error) => settle({kind: 'died', reason: error.message})
    const onExit = (code: number) => settle({kind: 'died', reason: `it ended with code ${code}`})
    // One by one: removing all of them at once would also remove the thread's own, and it would fall silent.
    const settle = (outcome: ThreadOutcome) => {
      thread.off('message', onMessage).off('error', onError).off('exit', onExit)
      resolve(outcome)
    }
    thread.on('message', onMessage).on('error', onError).on('exit', onExit)
    thread.postMessage(task)
  })
}

function deadOutcome({facts}: PointTask, reason: string): PointOutcome {
  return {row: {...facts, error: `the worker thread died: ${reason}`}, elapsedMs: 0}
}

/** The other side: answers each task with its outcome until the pool ends the thread. */
function serve(job: SweepJob): void {
  const port = parentPort
  assert(port !== null, 'a sweep thread has a port to its pool')
  const runner = new PointRunner(job)
  port.on('message', async (task: PointTask) => port.postMessage(await runner.run(task)))
}

const jobHere = jobOfThread()
if (jobHere !== null) serve(jobHere)
