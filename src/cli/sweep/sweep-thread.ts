import {workerData} from 'node:worker_threads'
import type {SweepJob} from './sweep-point.ts'

/** Tells a thread of a point pool from a program that happens to run the tool in a thread of its own. */
const MARK = 'planner-replay sweep'

export interface ThreadData {
  readonly mark: typeof MARK
  readonly job: SweepJob
}

export function threadDataFor(job: SweepJob): ThreadData {
  return {mark: MARK, job}
}

/** The job this thread serves; null where it is none of a point pool's. */
export function jobOfThread(): SweepJob | null {
  const data = workerData as Partial<ThreadData> | null
  return data?.mark === MARK ? (data.job ?? null) : null
}
