import {PointStore} from '../../../store/point-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import {SimulatorPool} from '../../../worker/pool.ts'
import {spawnWorker} from '../../../worker/spawn.ts'
import {SweepState} from './sweep.svelte.ts'

/** The page's sweep: one worker per core, the page's own being the first, since it holds the trace already. */
export function createSweep(client: SimulatorClient): SweepState {
  const size = navigator.hardwareConcurrency || 1
  return new SweepState(new SimulatorPool({spawn: spawnWorker, size, first: client}), new PointStore())
}
