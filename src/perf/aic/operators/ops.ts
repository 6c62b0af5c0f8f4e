import type {DeltaNetSizes, GemmMode, MoeMode} from '../../models/model-config.ts'

/**
 * The operators a forward pass is made of, as data (perf-model-012.md 4). A list of them, in order,
 * is what a model costs on one GPU; `count` multiplies the latency of one.
 */
export type Op =
  | EmbeddingOp
  | ElementwiseOp
  | GemmOp
  | AttentionOp
  | LatentAttentionOp
  | LatentModuleOp
  | LatentProjectionOp
  | MoeOp
  | RecurrentOp
  | StateSpaceOp
  | DispatchOp
  | AllReduceOp
  | FallbackOp
  | OverlapOp

interface Base {
  /** The reference's name of the operator, for breakdowns. */
  readonly name: string
  readonly count: number
}

export interface EmbeddingOp extends Base {
  readonly kind: 'embedding'
  readonly vocab: number
  readonly hidden: number
}

export interface ElementwiseOp extends Base {
  readonly kind: 'elementwise'
  /** Elements per token. */
  readonly input: number
  readonly output: number
}

export interface GemmOp extends Base {
  readonly kind: 'gemm'
  readonly n: number
  readonly k: number
  readonly mode: GemmMode
  /** Its input is already quantised: static FP8 saves that pass too. */
  readonly lowPrecisionInput: boolean
  /** Runs once per request instead of once per token in prefill. */
  readonly perRequest: boolean
  /** Too narrow for the tables it takes its roofline. */
  readonly rooflineWhenNarrow: boolean
}

export interface AttentionOp extends Base {
  readonly kind: 'attention'
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** Tokens; 0 = the whole sequence. */
  readonly window: number
  readonly qkNorm: boolean
  /** Inside a fallback the kernel is the table's first, not the backend's preferred one. */
  readonly lane: 'resolved' | 'plain'
}

/** Latent attention kernel of SGLang and TensorRT-LLM. */
export interface LatentAttentionOp extends Base {
  readonly kind: 'latent_attention'
  readonly heads: number
}

/** A whole latent attention block, measured as one module. */
export interface LatentModuleOp extends Base {
  readonly kind: 'latent_module'
  readonly heads: number
  readonly nativeHeads: number
  readonly mode: GemmMode
}

/** Batched projection into or out of the latent space. */
export interface LatentProjectionOp extends Base {
  readonly kind: 'latent_projection'
  readonly heads: number
  readonly mode: 'bfloat16' | 'fp8'
  readonly side: 'pre' | 'post'
}

/** Kernels of a layer with a recurrent state: a short convolution, and a scan in prefill or one step in decode. */
export type RecurrentKernel = 'conv_prefill' | 'scan' | 'conv_step' | 'step'

/** A gated delta net on one GPU. */
export interface RecurrentShape extends DeltaNetSizes {
  readonly hidden: number
}

export interface RecurrentOp extends Base {
  readonly kind: 'recurrent'
  readonly kernel: RecurrentKernel
  readonly shape: RecurrentShape
}

/** A state-space layer, whole: every GPU is priced with all of it. */
export interface StateSpaceShape {
  readonly hidden: number
  readonly heads: number
  readonly headDim: number
  readonly stateSize: number
  readonly groups: number
  /** Tokens that the convolution looks at. */
  readonly convWidth: number
}

export interface StateSpaceOp extends Base {
  readonly kind: 'state_space'
  /** The scan over the sequence, or one step of it in decode; else the convolution before it. */
  readonly isScan: boolean
  readonly shape: StateSpaceShape
}

export interface MoeOp extends Base {
  readonly kind: 'moe'
  readonly mode: MoeMode
  readonly hidden: number
  readonly intermediate: number
  readonly experts: number
  readonly perToken: number
  readonly tp: number
  readonly ep: number
  readonly attentionDp: number
  /** Three matrices to an expert, one of them a gate; else two. */
  readonly isGated: boolean
  readonly distribution: 'power_law_1.2' | 'power_law_1.01'
}

/** Tokens travelling to or from the GPUs of their experts. */
export interface DispatchOp extends Base {
  readonly kind: 'dispatch'
  readonly side: 'pre' | 'post'
  readonly hidden: number
  readonly gpus: number
  readonly attentionDp: number
  readonly mode: MoeMode
  /** Another operator of the list sums attention over GPUs; of the backends only vLLM's estimate leaves it out here. */
  readonly attentionReduced: boolean
}

export interface AllReduceOp extends Base {
  readonly kind: 'all_reduce'
  readonly hidden: number
  readonly gpus: number
}

/** The primary, or the sum of the others when the primary was never measured. */
export interface FallbackOp extends Base {
  readonly kind: 'fallback'
  readonly primary: LatentModuleOp
  readonly otherwise: readonly Op[]
}

/** Two streams side by side: the longer one counts. */
export interface OverlapOp extends Base {
  readonly kind: 'overlap'
  readonly main: readonly Op[]
  readonly side: readonly Op[]
}

export type Phase = 'context' | 'generation'

export interface OpLists {
  readonly context: readonly Op[]
  readonly generation: readonly Op[]
}

/** All operators of a list, those inside fallbacks and overlaps included. */
export function flattenOps(ops: readonly Op[]): Op[] {
  return ops.flatMap(op => {
    if (op.kind === 'fallback') return [op, op.primary, ...flattenOps(op.otherwise)]
    if (op.kind === 'overlap') return [op, ...flattenOps(op.main), ...flattenOps(op.side)]
    return [op]
  })
}
