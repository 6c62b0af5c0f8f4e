import {FIRST_RELEASE} from '../../../config/release.ts'
import {ok} from '../../../core/result.ts'
import type {PointStore} from '../../../store/point-store.ts'
import type {SizeKv} from '../../../sweep/size-points.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {RunPool} from '../../../worker/pool.ts'
import {SweepState} from './sweep.svelte.ts'

export interface SweepHost {
  readonly client: SimulatorClient
  readonly pool: RunPool
  readonly store: PointStore
  /** Runs at a time. */
  readonly workers: number
}

/** The page's sweep. */
export function createSweep({client, pool, store, workers}: SweepHost): SweepState {
  return new SweepState({pool, store, sizeKv: sizeWith(client), workers})
}

/** Tokens of a pass where the engine args set no limit: what the estimate itself takes then. */
const UNLIMITED_PASS_TOKENS = 8192

function sizeWith(client: SimulatorClient): SizeKv {
  return async (args, scenario) => {
    const estimate = await client.gpu.kvCapacity({
      args,
      models: client.models,
      release: scenario.release ?? FIRST_RELEASE,
      blockSize: args.block_size,
      maxNumTokens: args.max_num_batched_tokens ?? UNLIMITED_PASS_TOKENS,
      // Every backend has its own word for it, and args name one backend.
      memoryFraction:
        args.gpu_memory_utilization ?? args.mem_fraction_static ?? args.free_gpu_memory_fraction ?? null,
    })
    return estimate.ok ? ok(estimate.value.numGpuBlocks) : estimate
  }
}
