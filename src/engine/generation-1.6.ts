import type {SchedulerSetup16} from './loop-1.6/cluster.ts'
import type {Scheduler16} from './scheduler-1.6.ts'
import {VllmScheduler} from './vllm-1.6/vllm-scheduler.ts'

/** The scheduler of one instance of ai-dynamo 1.6.1. */
export function createScheduler16(setup: SchedulerSetup16): Scheduler16 {
  return new VllmScheduler(setup)
}
