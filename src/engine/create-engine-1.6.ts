import type {EngineOptions, RunnableEngine} from './create-engine.ts'
import {createScheduler16} from './generation-1.6.ts'
import {Cluster16} from './loop-1.6/cluster.ts'

/** The engine of 1.6.1. */
export function createEngine16(options: EngineOptions): RunnableEngine {
  return new Cluster16({...options, createScheduler: createScheduler16})
}
