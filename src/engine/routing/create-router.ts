import type {EngineArgs, PoolName, RouterConfig} from '../../config/scenario.ts'
import {RandomStream} from '../../core/random.ts'
import {computePromptPaths, type PromptPaths} from '../../trace/prompt-paths.ts'
import type {Workload} from '../../trace/workload.ts'
import type {Prompts} from '../prompts.ts'
import {LivingPaths} from '../stream/living-paths.ts'
import type {BlockHolders} from './block-holders.ts'
import {KvRouter, type KvRouterOptions, type PrefillEstimate} from './kv-router.ts'
import {segmentsOf} from './prompt-segments.ts'

export interface RouterOptions {
  /** null = round robin. */
  readonly router: RouterConfig | null
  readonly prefillEstimate: PrefillEstimate | null
  readonly seed: number
}

/**
 * The KV router of one pool, or null for round robin. In disaggregated fleets the prefill router does not look at held
 * blocks; the decode router looks at nothing else, knows of no cache and never makes a request wait (engine.md 9.5).
 */
export function createRouter<I>(
  pool: {
    readonly component: PoolName
    readonly args: EngineArgs
    readonly announcesCaches: boolean
    readonly prompts: Prompts
    /** Left out where all keep up holders. */
    readonly cachedBlocks?: (instance: I, request: number) => number
    readonly laneOf: (instance: I) => number
    /** Made only where instances keep it up. */
    readonly createHolders: (() => BlockHolders) | null
  },
  workload: Workload,
  {router, prefillEstimate, seed}: RouterOptions,
  rules: Pick<KvRouterOptions<I>, 'queuesBehindOthers' | 'createPrefillLoad'> = {},
): KvRouter<I> | null {
  if (router === null) return null
  const {component, args} = pool
  const changes = component === 'prefill' ? PREFILL_ONLY : component === 'decode' ? BLOCKS_ONLY : {}
  const queuePolicy = args.router_queue_policy ?? router.router_queue_policy
  const hearsCaches = component !== 'decode' && pool.announcesCaches && !pool.prompts.areUnshared
  return new KvRouter<I>({
    ...rules,
    cachedBlocks: pool.cachedBlocks ?? null,
    laneOf: pool.laneOf,
    holders: hearsCaches ? (pool.createHolders?.() ?? null) : null,
    config: {...router, router_queue_policy: queuePolicy, ...changes},
    inputLength: workload.inputLength,
    paths: pathsOf(pool.prompts, workload, args.block_size),
    blockSize: args.block_size,
    hearsCaches,
    prefillEstimate,
    maxBatchedTokens: args.max_num_batched_tokens,
    random: new RandomStream(seed, `router/${component}`),
  })
}

/**
 * null where no prompt has anything in common with another, so that caches help nobody. Where what a request has emitted can become
 * part of its prompt, prompts are not made of segments.
 */
function pathsOf(prompts: Prompts, workload: Workload, blockSize: number): PromptPaths | null {
  if (prompts.areUnshared) return null
  if (prompts.living !== null) return new LivingPaths(prompts.living)
  const isSegmented = prompts.blockCount > 0 && workload.hashedLength === undefined
  return isSegmented ? segmentsOf(prompts) : computePromptPaths(workload, blockSize)
}

const PREFILL_ONLY = {router_track_active_blocks: false}

const BLOCKS_ONLY = {
  overlap_score_credit: 0,
  router_track_prefill_tokens: false,
  router_assume_kv_reuse: false,
  router_queue_threshold: null,
}
