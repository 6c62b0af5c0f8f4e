/**
 * Names under which a model of the catalogue is published again: other training, the same shapes and number formats, so
 * the same pass times. Listed by hand from their config.json; a name that is not here needs its own.
 */
const SAME: Readonly<Record<string, readonly string[]>> = {
  'meta-llama/Meta-Llama-3.1-8B': [
    'meta-llama/Llama-3.1-8B',
    'meta-llama/Llama-3.1-8B-Instruct',
    'meta-llama/Meta-Llama-3.1-8B-Instruct',
    'meta-llama/Meta-Llama-3-8B',
    'meta-llama/Meta-Llama-3-8B-Instruct',
    'deepseek-ai/DeepSeek-R1-Distill-Llama-8B',
  ],
  'meta-llama/Meta-Llama-3.1-70B': [
    'meta-llama/Llama-3.1-70B',
    'meta-llama/Llama-3.1-70B-Instruct',
    'meta-llama/Meta-Llama-3.1-70B-Instruct',
    'meta-llama/Llama-3.3-70B-Instruct',
    'meta-llama/Meta-Llama-3-70B',
    'meta-llama/Meta-Llama-3-70B-Instruct',
    'deepseek-ai/DeepSeek-R1-Distill-Llama-70B',
  ],
  'meta-llama/Meta-Llama-3.1-405B': [
    'meta-llama/Llama-3.1-405B',
    'meta-llama/Llama-3.1-405B-Instruct',
    'meta-llama/Meta-Llama-3.1-405B-Instruct',
  ],
  'nvidia/Llama-3.1-70B-Instruct-FP8': ['nvidia/Llama-3.3-70B-Instruct-FP8'],
  'Qwen/Qwen3-0.6B': ['Qwen/Qwen3-0.6B-Base'],
  'Qwen/Qwen3-1.7B': ['Qwen/Qwen3-1.7B-Base'],
  'Qwen/Qwen3-8B': ['Qwen/Qwen3-8B-Base', 'deepseek-ai/DeepSeek-R1-0528-Qwen3-8B'],
  'Qwen/Qwen3-30B-A3B': [
    'Qwen/Qwen3-30B-A3B-Base',
    'Qwen/Qwen3-30B-A3B-Instruct-2507',
    'Qwen/Qwen3-30B-A3B-Thinking-2507',
    'Qwen/Qwen3-Coder-30B-A3B-Instruct',
  ],
  'Qwen/Qwen3-30B-A3B-FP8': ['Qwen/Qwen3-30B-A3B-Instruct-2507-FP8', 'Qwen/Qwen3-30B-A3B-Thinking-2507-FP8'],
  'Qwen/Qwen3-235B-A22B': ['Qwen/Qwen3-235B-A22B-Instruct-2507', 'Qwen/Qwen3-235B-A22B-Thinking-2507'],
  'Qwen/Qwen3-235B-A22B-FP8': [
    'Qwen/Qwen3-235B-A22B-Instruct-2507-FP8',
    'Qwen/Qwen3-235B-A22B-Thinking-2507-FP8',
  ],
  'Qwen/Qwen3.5-35B-A3B': ['Qwen/Qwen3.6-35B-A3B'],
  'Qwen/Qwen3.5-27B': ['Qwen/Qwen3.6-27B'],
  'openai/gpt-oss-20b': ['openai/gpt-oss-safeguard-20b'],
  'openai/gpt-oss-120b': ['openai/gpt-oss-safeguard-120b'],
  'deepseek-ai/DeepSeek-V3': [
    'deepseek-ai/DeepSeek-V3-Base',
    'deepseek-ai/DeepSeek-V3-0324',
    'deepseek-ai/DeepSeek-V3.1',
    'deepseek-ai/DeepSeek-V3.1-Terminus',
  ],
  'moonshotai/Kimi-K2-Instruct': ['moonshotai/Kimi-K2-Base', 'moonshotai/Kimi-K2-Instruct-0905'],
  'MiniMaxAI/MiniMax-M2.5': ['MiniMaxAI/MiniMax-M2.7'],
  'mistralai/Mixtral-8x7B-v0.1': ['mistralai/Mixtral-8x7B-Instruct-v0.1'],
  'deepseek-ai/DeepSeek-R1': ['deepseek-ai/DeepSeek-R1-0528'],
}

/** Lower-case name -> the catalogue's name for the same shapes. */
export const SAME_MODELS: ReadonlyMap<string, string> = new Map(
  Object.entries(SAME).flatMap(([known, names]) => names.map(name => [name.toLowerCase(), known])),
)
