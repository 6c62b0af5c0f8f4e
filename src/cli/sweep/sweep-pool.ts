import {performance} from 'node:perf_hooks'
import {fileURLToPath} from 'node:url'
import {parentPort, Worker} from 'node:worker_threads'
import {assert} from '../../core/assert.ts'
import {Lanes} from '../../sweep/schedule/lanes.ts'
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
  readonly #lanes: Lanes
  /** By lane; null = it died, or was not needed yet. */
  readonly #threads: (Worker | null)[]
  #runner: PointRunner | null = null

  constructor(job: SweepJob, jobs: number) {
    this.#jobs = jobs
    this.#lanes = new Lanes(jobs, () => performance.now())
    this.#threads = Array.from({length: jobs}, () => null)
    this.#job = jobs === 1 ? job : {...job, trace: job.trace && shareColumns(job.trace)}
  }

  /** Settles every task in `onOutcome`; no more are begun once it is over. */
  run(tasks: readonly PointTask[], onOutcome: OnOutcome, isOver?: () => boolean): Promise<void> {
    const serve = this.#jobs === 1 ? this.#serveHere : this.#serveInThread
    const jobs = tasks.map(task => async (lane: number) => onOutcome(await serve(lane, task)))
    return this.#lanes.run(jobs, isOver)
  }

  /** Part of their time in which the threads had something to do, since the first was needed. */
  get busyShare(): number {
    const {busyMs, availableMs} = this.#lanes.use
    return availableMs === 0 ? 1 : busyMs / availableMs
  }

  /** A thread left over would keep the process alive. */
  async stop(): Promise<void> {
    this.#lanes.clear()
    await Promise.all(this.#threads.map(thread => thread?.terminate()))
  }

  readonly #serveHere = (_: number, task: PointTask): Promise<PointOutcome> => {
    this.#runner ??= new PointRunner(this.#job)
    return this.#runner.run(task)
  }

  /** Each lane has a thread, replaced when it dies. */
  readonly #serveInThread = async (lane: number, task: PointTask): Promise<PointOutcome> => {
    const thread = this.#threads[lane] ?? startThread(this.#job)
    this.#threads[lane] = thread
    const outcome = await runInThread(thread, task)
    if (outcome.kind === 'done') return outcome.outcome
    this.#threads[lane] = null
    return deadOutcome(task, outcome.reason)
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
