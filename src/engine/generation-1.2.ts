import type {EngineGeneration} from './generation.ts'
import {SglangScheduler} from './sglang-1.2/sglang-scheduler.ts'
import {VllmScheduler} from './vllm-1.2/vllm-scheduler.ts'

/** The engine of ai-dynamo 1.2.1. */
export const ENGINE_1_2: EngineGeneration = {
  release: '1.2.1',

  // The SGLang engine compares hash ids itself: at its usual page of one token a block per token would be too many.
  promptBlockSize: args => (args.engine_type === 'sglang' ? null : args.block_size),

  // What an SGLang engine tells of its cache no router understands (`SglangScheduler.cachedBlocks`).
  announcesCaches: args => args.engine_type !== 'sglang',

  keepsHolders: args => args.engine_type !== 'sglang' && args.enable_prefix_caching,

  createScheduler: setup =>
    setup.args.engine_type === 'sglang' ? new SglangScheduler(setup) : new VllmScheduler(setup),
}
