/**
 * The facts of a model that decide how long its passes take: geometry and the number formats of its checkpoint.
 * They come from the catalogue or from a Hugging Face `config.json` (perf-model-012.md 3).
 */

/** Weight format of the projection GEMMs. */
export type GemmMode = 'bfloat16' | 'fp8' | 'fp8_static' | 'fp8_block' | 'nvfp4'
/** Weight format of the routed experts. */
export type MoeMode = 'bfloat16' | 'fp8' | 'fp8_block' | 'nvfp4' | 'w4a16_mxfp4'
export type KvCacheMode = 'bfloat16' | 'fp8'
/** Number format of the prefill attention kernel. */
export type FmhaMode = 'bfloat16' | 'fp8'

/** How attention and feed-forward are built: dense GQA, GQA with routed experts, or latent attention with experts. */
export type ModelFamily = 'dense' | 'moe' | 'mla'

export type ProjectionGroup = 'q' | 'kv' | 'o'

/** What the checkpoint says about its number formats, before the backend adds its own rules. */
export interface CheckpointQuant {
  readonly gemm: GemmMode
  readonly moe: MoeMode
  readonly kvCache: KvCacheMode
  readonly fmha: FmhaMode
  /** Rows of one scaling block of block-FP8 weights. */
  readonly weightBlockSize: number
  /** Attention projections kept in bfloat16 (only latent attention distinguishes them). */
  readonly excludedProjections: readonly ProjectionGroup[]
  readonly sharedExpertExcluded: boolean
}

export interface ModelConfig {
  /** Hugging Face id, or the name of a dropped file. */
  readonly id: string
  readonly architecture: string
  readonly family: ModelFamily
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly intermediateSize: number
  readonly vocabSize: number
  /** Query and key are normalised per head before attention. */
  readonly qkNorm: boolean
  /** Window of every second layer in tokens (gpt-oss); 0 = all layers see the whole sequence. */
  readonly slidingWindow: number
  /** null for dense models. */
  readonly experts: ExpertConfig | null
  /** null unless the family is `mla`. */
  readonly latent: LatentConfig | null
  readonly quant: CheckpointQuant
}

export interface ExpertConfig {
  readonly count: number
  readonly perToken: number
  readonly intermediateSize: number
}

export interface LatentConfig {
  readonly valueHeadDim: number
  /** Elements cached per token and layer: compressed KV and rotary key. */
  readonly cacheWidth: number
  /** The rotary part of them. */
  readonly rotaryWidth: number
  /** Layers at the start that have one wide feed-forward block and no experts. */
  readonly denseLayers: number
  readonly sharedExperts: number
  /** Whether the checkpoint computes in bfloat16 where it is not quantised. */
  readonly isBfloat16: boolean
}
