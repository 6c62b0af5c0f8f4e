/** Longest contexts in tokens, as the models' own config.json say (`max_position_embeddings`), by exact name. */
const CONTEXT_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    [
      [1_048_576, ['meta-llama/Llama-4-Maverick-17B-128E-Instruct']],
      [10_485_760, ['meta-llama/Llama-4-Scout-17B-16E-Instruct']],
      [8192, ['nvidia/Nemotron-H-56B-Base-8K']],
      [32_768, ['XiaomiMiMo/MiMo-7B-Base', 'mistralai/Mixtral-8x7B-v0.1']],
      [65_536, ['mistralai/Mixtral-8x22B-v0.1']],
      [
        40_960,
        [
          'Qwen/Qwen3-0.6B',
          'Qwen/Qwen3-1.7B',
          'Qwen/Qwen3-8B',
          'Qwen/Qwen3-32B',
          'Qwen/Qwen3-32B-FP8',
          'Qwen/Qwen3-30B-A3B',
          'Qwen/Qwen3-30B-A3B-FP8',
          'Qwen/Qwen3-235B-A22B',
          'Qwen/Qwen3-235B-A22B-FP8',
          'nvidia/Qwen3-235B-A22B-NVFP4',
        ],
      ],
      [
        131_072,
        [
          'meta-llama/Meta-Llama-3.1-8B',
          'meta-llama/Meta-Llama-3.1-70B',
          'meta-llama/Meta-Llama-3.1-405B',
          'nvidia/Llama-3.1-8B-Instruct-FP8',
          'nvidia/Llama-3.1-70B-Instruct-FP8',
          'openai/gpt-oss-20b',
          'openai/gpt-oss-120b',
          'moonshotai/Kimi-K2-Instruct',
        ],
      ],
      [163_840, ['deepseek-ai/DeepSeek-V3', 'deepseek-ai/DeepSeek-R1', 'nvidia/DeepSeek-V3.1-NVFP4']],
      [196_608, ['MiniMaxAI/MiniMax-M2.5']],
      [
        262_144,
        [
          'Qwen/Qwen3-Coder-480B-A35B-Instruct',
          'Qwen/Qwen3-VL-8B-Instruct',
          'Qwen/Qwen3-VL-30B-A3B-Instruct',
          'nvidia/Kimi-K2.5-NVFP4',
          'google/gemma-4-26B-A4B',
          'XiaomiMiMo/MiMo-V2-Flash',
          'Qwen/Qwen3.5-27B',
          'Qwen/Qwen3.5-35B-A3B',
          'Qwen/Qwen3.5-122B-A10B',
          'Qwen/Qwen3.5-397B-A17B',
          'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16',
        ],
      ],
    ] as const
  ).flatMap(([tokens, names]) => names.map(name => [name, tokens] as const)),
)

export function contextLengthOf(model: string): number | null {
  return CONTEXT_LENGTHS.get(model) ?? null
}

/** The same from a config.json; null = it does not say. */
export function contextLengthOfConfig(config: unknown): number | null {
  const outer = recordOf(config)
  for (const section of [recordOf(outer.text_config), outer]) {
    for (const key of KEYS) {
      const value = section[key]
      if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
    }
  }
  return null
}

/** In the order in which the reference asks. */
const KEYS = [
  'max_position_embeddings',
  'model_max_length',
  'max_sequence_length',
  'seq_length',
  'n_positions',
]

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
