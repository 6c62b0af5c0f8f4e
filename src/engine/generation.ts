import type {EngineArgs} from '../config/scenario.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import type {Workload} from '../trace/workload.ts'
import type {Prompts} from './prompts.ts'
import type {BlockHolders} from './routing/block-holders.ts'
import type {RouterIndex} from './routing/router-index.ts'
import type {PassObserver, Scheduler} from './scheduler.ts'

/** A release of Dynamo whose engine is reproduced here. */
export type EngineRelease = '1.2.1'

/**
 * What the engine of one release does its own way. It is resolved once, when a run is prepared: nothing below asks for
 * a release or for an engine type. Another release is a folder of schedulers, an object like this one, and an entry in
 * `engineGenerationOf`.
 */
export interface EngineGeneration {
  readonly release: EngineRelease
  /** Tokens per prompt block that its schedulers are told of, or null where they compare hash ids themselves. */
  promptBlockSize(args: EngineArgs): number | null
  /** Instances with these arguments tell a KV router what they cache. */
  announcesCaches(args: EngineArgs): boolean
  /** Their schedulers keep up `SchedulerSetup.holders`, so that the router need not ask each of them. */
  keepsHolders(args: EngineArgs): boolean
  createScheduler(setup: SchedulerSetup): Scheduler
}

/** All that the scheduler of one instance is made from. */
export interface SchedulerSetup {
  readonly args: EngineArgs
  readonly perf: PerfModel
  readonly workload: Workload
  /** In blocks of `promptBlockSize`. */
  readonly prompts: Prompts
  readonly observer: PassObserver
  /** A router that keeps an index of its own, because the instances' caches hold nothing it could look up; or null. */
  readonly listener: RouterListener | null
  /** Where the cache tells which prompt blocks come and go; null where nobody looks. */
  readonly holders: HolderListener | null
}

/** What a scheduler needs that numbers no blocks. */
export type SglangSetup = Pick<SchedulerSetup, 'args' | 'perf' | 'workload' | 'prompts' | 'observer'>

/** Who has which blocks, and the lane an instance has there. */
export interface HolderListener {
  readonly holders: BlockHolders
  readonly lane: number
}

/** A router's index and the name an instance has in it. */
export interface RouterListener {
  readonly index: RouterIndex
  readonly instance: number
}
