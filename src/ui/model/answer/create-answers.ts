import {PointStore} from '../../../store/point-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import {SpareWorkers} from '../../../worker/spare-workers.ts'
import {spawnWorker} from '../../../worker/spawn.ts'
import {AnswerState} from './answer.svelte.ts'
import {KnownPoints} from './known-points.ts'

/** A result has four repeats; each worker holds the trace and the tables once. */
const MOST_WORKERS = 4

/** Spare workers beside the page's own: a core is left to it. */
export function createAnswers(client: SimulatorClient): AnswerState {
  const size = Math.min(MOST_WORKERS, Math.max(1, (navigator.hardwareConcurrency || 1) - 1))
  const spare = new SpareWorkers({spawn: spawnWorker, size, models: () => client.models})
  return new AnswerState({spare, known: new KnownPoints(new PointStore())})
}
