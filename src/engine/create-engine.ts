import {engineGenerationOf} from './engine-generations.ts'
import {Cluster, type ClusterOptions} from './loop-1.2/cluster.ts'
import type {ReplayEngine} from './observation.ts'
import type {EngineGlance} from './record/lives.ts'
import type {EngineRecord} from './record/record.ts'

/** An engine a host can run to its end and take the record of. */
export interface RunnableEngine extends ReplayEngine {
  readonly nowMs: number
  readonly notices: readonly string[]
  /** Runs to the end of the workload in steps of about `maxEvents`; true when it is over. */
  runToEnd(maxEvents: number): boolean
  record(): EngineRecord
  /** The parts of the record that a picture of the run so far is drawn from: the engine's own, which go on changing. */
  glance(): EngineGlance
}

export type EngineOptions = Omit<ClusterOptions, 'generation'> & {
  /** Nothing after this moment happens; only 1.6.1 knows such an end. */
  readonly maxSimTimeMs: number
  /** What instances cache is known to a KV router so much later; in 1.2.1 at once. */
  readonly kvEventLagMs: number
}

/** The engine of 1.2.1; that of 1.6.1 is loaded when a run needs it (`src/run/later-parts.ts`). */
export function createEngine(options: EngineOptions): RunnableEngine {
  return new Cluster({...options, generation: engineGenerationOf('1.2.1')})
}
