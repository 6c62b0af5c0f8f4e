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

/**
 * How attention and feed-forward are built: dense GQA, GQA with routed experts, latent attention with experts, layers of
 * several kinds (`mixed`), gated delta nets beside attention (`delta`), state-space layers beside it (`ssm`), or blocks that
 * differ from layer to layer (`blocks`).
 */
export type ModelFamily = 'dense' | 'moe' | 'mla' | 'mixed' | 'delta' | 'ssm' | 'blocks'

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
  /** null unless the family is `mixed`. */
  readonly mixed: MixedLayers | null
  /** null unless the family is `delta`. */
  readonly deltaNet: DeltaNetConfig | null
  /** null unless the family is `ssm`. */
  readonly stateSpace: StateSpaceConfig | null
  /** Alike ones in a row as one; null unless the family is `blocks`. */
  readonly blocks: readonly BlockGroup[] | null
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

/** Layers of several kinds: some see a window of the sequence, some all of it; some have experts, some one wide block. */
export interface MixedLayers {
  /** In the order in which their times are summed. */
  readonly groups: readonly LayerGroup[]
  /** Inner width of a wide feed-forward block. */
  readonly wideSize: number
  /** Inner width of the expert that every token visits beside its own; 0 = there is none. */
  readonly sharedExpertSize: number
  /** Each head's output is scaled by a learnt gate. */
  readonly isGated: boolean
  readonly modes: {readonly projections: GemmMode; readonly wide: GemmMode; readonly experts: MoeMode}
  /** Tokens travel to their experts in the experts' number format. */
  readonly travelsQuantised: boolean
  /** Experts from which on the router is priced. */
  readonly fewestWithRouter: number
  /** Layers with a window keep no more of the KV cache than that. */
  readonly cachesWindows: boolean
}

/** Layers that are alike. */
export interface LayerGroup {
  /** Before the names of its operators. */
  readonly name: string
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly valueHeadDim: number
  /** Whether values have a projection of their own; else the keys' stands in. */
  readonly hasValues: boolean
  /** Tokens; 0 = the whole sequence. */
  readonly window: number
  /** Name of the wide feed-forward block; null = only experts. */
  readonly wide: string | null
  readonly isRouted: boolean
}

/** Heads and state of a gated delta net. */
export interface DeltaNetSizes {
  readonly keyHeads: number
  readonly keyDim: number
  readonly valueHeads: number
  readonly valueDim: number
  /** Tokens that the convolution looks at. */
  readonly convWidth: number
  /** Bytes of one number of the state. */
  readonly stateBytes: number
}

/** Layers with a recurrent state of fixed size instead of attention; the model's other layers see the whole sequence. */
export interface DeltaNetConfig extends DeltaNetSizes {
  /** How many of the model's layers these are. */
  readonly layers: number
  /** Inner width of the expert that every token visits; 0 = there is none. */
  readonly sharedExpertSize: number
  readonly modes: {readonly projections: GemmMode; readonly wide: GemmMode; readonly shared: GemmMode}
}

/** State-space layers, attention and feed-forward, each a layer of its own. */
export interface StateSpaceConfig {
  readonly layers: {
    readonly mamba: number
    readonly attention: number
    readonly experts: number
    readonly wide: number
  }
  readonly heads: number
  readonly headDim: number
  readonly stateSize: number
  readonly groups: number
  /** Tokens that the convolution looks at. */
  readonly convWidth: number
  /** Inner width of the expert that every token visits; 0 = there is none. */
  readonly sharedExpertSize: number
  /** Width to which tokens are projected for their experts; 0 = they stay as they are. */
  readonly latentSize: number
}

/** Layers in a row that are alike; what a search found to be dispensable is left out. */
export interface BlockGroup {
  readonly layers: number
  /** null = the layers have no attention. */
  readonly kvHeads: number | null
  /** Inner width; null = the layers have no feed-forward block. */
  readonly intermediateSize: number | null
}
