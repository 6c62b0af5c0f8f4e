import {PointStore} from '../../../store/point-store.ts'
import {RecentStore} from '../../../store/recent-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {RunPool, SimulatorPool} from '../../../worker/pool.ts'
import {spawnWorker} from '../../../worker/spawn.ts'
import {BenchState} from '../bench/bench.svelte.ts'
import {SearchState} from '../search/search.svelte.ts'
import {createSweep} from '../sweep/create-sweep.ts'
import type {SweepState} from '../sweep/sweep.svelte.ts'

/** Benches and searches that a reload brings back; each is some hundred kilobytes. */
const RECENT_ANSWERS = 12

/**
 * What runs many scenarios: one worker per core, the page's own being the first, since it holds the trace already. Sweeps,
 * searches and benches share the workers, sweeps and searches the results.
 */
export function createMany(client: SimulatorClient): {
  readonly sweep: SweepState
  readonly search: SearchState
  readonly bench: BenchState
} {
  const workers = navigator.hardwareConcurrency || 1
  const pool = lazyPool(client, workers)
  const store = new PointStore()
  const recent = new RecentStore('planner-replay-answers', RECENT_ANSWERS)
  return {
    sweep: createSweep({client, pool, store, workers}),
    search: new SearchState(pool, store, client, recent),
    bench: new BenchState(pool, client, recent),
  }
}

/** Its code is fetched with the first runs. */
function lazyPool(first: SimulatorClient, size: number): RunPool {
  let started: Promise<SimulatorPool> | null = null
  const start = () => {
    started ??= import('../../../worker/pool.ts').then(
      ({SimulatorPool}) => new SimulatorPool({spawn: spawnWorker, size, first}),
    )
    return started
  }
  return {
    runMany: async (tasks, events, signal) => (await start()).runMany(tasks, events, signal),
    askMany: async (tasks, events, signal, ask) => (await start()).askMany(tasks, events, signal, ask),
  }
}
