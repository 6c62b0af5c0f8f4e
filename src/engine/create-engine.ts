import type {Release} from '../config/release.ts'
import {unreachable} from '../core/assert.ts'
import {Cluster, type ClusterOptions} from './cluster.ts'
import {engineGenerationOf} from './engine-generations.ts'
import {createScheduler16} from './generation-1.6.ts'
import {Cluster16} from './loop-1.6/cluster.ts'
import type {ReplayEngine} from './observation.ts'
import type {EngineRecord} from './record/record.ts'

/** An engine a host can run to its end and take the record of. */
export interface RunnableEngine extends ReplayEngine {
  readonly nowMs: number
  readonly notices: readonly string[]
  /** Runs to the end of the workload in steps of about `maxEvents`; true when it is over. */
  runToEnd(maxEvents: number): boolean
  record(): EngineRecord
}

export type EngineOptions = Omit<ClusterOptions, 'generation'> & {
  /** Nothing after this moment happens; only 1.6.1 knows such an end. */
  readonly maxSimTimeMs: number
  /** What instances cache is known to a KV router so much later; in 1.2.1 at once. */
  readonly kvEventLagMs: number
}

/** The engine of a release: the one place where it is chosen. */
export function createEngine(release: Release, options: EngineOptions): RunnableEngine {
  switch (release) {
    case '1.2.1':
      return new Cluster({...options, generation: engineGenerationOf('1.2.1')})
    case '1.6.1':
      return new Cluster16({...options, createScheduler: createScheduler16})
    default:
      return unreachable(release)
  }
}
