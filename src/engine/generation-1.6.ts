import type {SchedulerSetup16} from './loop-1.6/cluster.ts'
import type {Scheduler16} from './scheduler-1.6.ts'
import {SglangScheduler} from './sglang-1.6/sglang-scheduler.ts'
import {VllmScheduler} from './vllm-1.6/vllm-scheduler.ts'

/** The scheduler of one instance of ai-dynamo 1.6.1. */
export function createScheduler16(setup: SchedulerSetup16): Scheduler16 {
  return setup.args.engine_type === 'sglang' ? new SglangScheduler(setup) : new VllmScheduler(setup)
}
