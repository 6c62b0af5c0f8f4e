import type {BackendName} from '../../../config/gpus.ts'
import type {ExpertConfig, GemmMode, ModelConfig, MoeMode} from '../../models/model-config.ts'
import type {Parallelism} from '../request/parallelism.ts'
import type {Op, Phase} from './ops.ts'

/** Which measured spread of tokens over experts a model is priced with. */
export type ExpertLoad = 'power_law_1.2' | 'power_law_1.01'

/** The operators that lists of all families are made of, named and counted for one phase. */
export class OpBuilder {
  protected readonly model: ModelConfig
  protected readonly sizes: Parallelism
  protected readonly backend: BackendName
  protected readonly phase: Phase

  constructor(model: ModelConfig, sizes: Parallelism, backend: BackendName, phase: Phase) {
    this.model = model
    this.sizes = sizes
    this.backend = backend
    this.phase = phase
  }

  /** Router, the way to the experts, the experts and the way back; all layers have them where nothing else is said. */
  protected routedExperts(
    experts: ExpertConfig,
    distribution: ExpertLoad,
    {
      prefix = '',
      layers = this.model.layers,
      mode = this.model.quant.moe,
      travelMode = mode,
      hidden = this.model.hiddenSize,
      isGated = true,
    }: ExpertBlock = {},
  ): Op[] {
    const {hiddenSize} = this.model
    const {moeTp, moeEp, attentionDp} = this.sizes
    const travel = {
      kind: 'dispatch',
      count: layers,
      hidden,
      gpus: moeTp * moeEp,
      attentionDp,
      mode: travelMode,
      attentionReduced: false,
    } as const
    return [
      this.gemm(`${prefix}router_gemm`, layers, experts.count, hiddenSize, 'bfloat16'),
      {...travel, name: this.name(`${prefix}moe_pre_dispatch`), side: 'pre'},
      {
        kind: 'moe',
        name: this.name(`${prefix}moe`),
        count: layers,
        mode,
        hidden,
        intermediate: experts.intermediateSize,
        experts: experts.count,
        perToken: experts.perToken,
        tp: moeTp,
        ep: moeEp,
        attentionDp,
        isGated,
        distribution,
      },
      {...travel, name: this.name(`${prefix}moe_post_dispatch`), side: 'post'},
    ]
  }

  protected embedding(vocab: number): Op {
    return {kind: 'embedding', name: this.name('embedding'), count: 1, vocab, hidden: this.model.hiddenSize}
  }

  /** Attention with the heads that one GPU has. */
  protected attentionKernel(
    count: number,
    {heads, kvHeads, headDim, window = 0, qkNorm = false}: AttentionShape,
  ): Op {
    const name = this.name('attention')
    return {kind: 'attention', name, count, heads, kvHeads, headDim, window, qkNorm, lane: 'resolved'}
  }

  protected elementwise(name: string, count: number, input: number, output: number): Op {
    return {kind: 'elementwise', name: this.name(name), count, input, output}
  }

  protected gemm(name: string, count: number, n: number, k: number, mode: GemmMode) {
    const fullName = this.name(name)
    return {
      kind: 'gemm',
      name: fullName,
      count,
      n,
      k,
      mode,
      lowPrecisionInput: false,
      perRequest: false,
      rooflineWhenNarrow: false,
    } as const
  }

  protected logits(): Op {
    const {vocabSize, hiddenSize} = this.model
    const width = split(vocabSize, this.sizes.tp)
    return {...this.gemm('logits_gemm', 1, width, hiddenSize, 'bfloat16'), perRequest: true}
  }

  protected allReduce(name: string, count: number, gpus: number): Op {
    return {kind: 'all_reduce', name: this.name(name), count, hidden: this.model.hiddenSize, gpus}
  }

  protected name(name: string): string {
    return `${this.phase}_${name}`
  }
}

/** Heads are those of one GPU. */
interface AttentionShape {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** Tokens; 0 = the whole sequence. */
  readonly window?: number
  readonly qkNorm?: boolean
}

/** One of several blocks of experts in a model. */
interface ExpertBlock {
  /** Before the names of its operators. */
  readonly prefix?: string
  readonly layers?: number
  readonly mode?: MoeMode
  /** Format in which tokens travel. */
  readonly travelMode?: MoeMode
  /** Width of the tokens that experts see. */
  readonly hidden?: number
  readonly isGated?: boolean
}

/** The share of one of `gpus` equal parts, rounded down as the reference does. */
export function split(size: number, gpus: number): number {
  return Math.floor(size / gpus)
}
