import type {DeltaNetConfig, GemmMode} from '../../models/model-config.ts'
import {OpBuilder, split} from './op-builder.ts'
import type {Op, RecurrentKernel} from './ops.ts'

/** Lists of models that mix gated delta nets with attention over all (perf-model-012.md 15). */
export class DeltaNetBuilder extends OpBuilder {
  layers(net: DeltaNetConfig): Op[] {
    const {vocabSize, layers} = this.model
    const {tp} = this.sizes
    return [
      this.embedding(split(vocabSize, tp)),
      this.allReduce('embedding_ar', 1, tp),
      ...this.deltaNet(net),
      ...this.feedForward('gdn', net.layers, net),
      ...this.fullAttention(layers - net.layers, net),
      ...this.feedForward('full', layers - net.layers, net),
      this.logits(),
    ]
  }

  private deltaNet(net: DeltaNetConfig): Op[] {
    const {layers, keyHeads, keyDim, valueHeads, valueDim} = net
    const {hiddenSize} = this.model
    const {tp} = this.sizes
    const mode = net.modes.projections
    const [mixes, scans]: readonly (readonly [string, RecurrentKernel])[] =
      this.phase === 'context'
        ? [
            ['gdn_conv1d', 'conv_prefill'],
            ['gdn_scan', 'scan'],
          ]
        : [
            ['gdn_conv1d', 'conv_step'],
            ['gdn_recurrence', 'step'],
          ]
    const kernel = ([name, which]: readonly [string, RecurrentKernel]): Op => {
      return {kind: 'recurrent', name: this.name(name), count: layers, kernel: which, shape: this.shape(net)}
    }
    const width = 2 * keyHeads * keyDim + 2 * valueHeads * valueDim
    return [
      this.elementwise('gdn_norm', layers, 2 * hiddenSize, 2 * hiddenSize),
      this.gemm('gdn_in_proj_gemm', layers, split(width, tp), hiddenSize, mode),
      this.narrowGemm('gdn_in_proj_ba_gemm', layers, split(2 * valueHeads, tp), mode),
      kernel(mixes!),
      kernel(scans!),
      {
        ...this.gemm('gdn_out_proj_gemm', layers, hiddenSize, split(valueHeads * valueDim, tp), mode),
        lowPrecisionInput: true,
      },
      ...this.attentionReduce('gdn_ar', layers),
    ]
  }

  private shape({keyHeads, keyDim, valueHeads, valueDim, convWidth, stateBytes}: DeltaNetConfig) {
    const {tp} = this.sizes
    return {
      hidden: this.model.hiddenSize,
      keyHeads: split(keyHeads, tp),
      keyDim,
      valueHeads: split(valueHeads, tp),
      valueDim,
      convWidth,
      stateBytes,
    }
  }

  /** Queries come with a gate as wide as they are. */
  private fullAttention(layers: number, net: DeltaNetConfig): Op[] {
    const {hiddenSize, heads, kvHeads, headDim, qkNorm} = this.model
    const {tp} = this.sizes
    const mode = net.modes.projections
    const headsHere = split(heads, tp)
    const kvHeadsHere = Math.ceil(kvHeads / tp)
    return [
      this.elementwise('full_attn_norm', layers, 2 * hiddenSize, 2 * hiddenSize),
      this.gemm('qkv_gemm', layers, 2 * headDim * (headsHere + kvHeadsHere), hiddenSize, mode),
      this.attentionKernel(layers, {heads: headsHere, kvHeads: kvHeadsHere, headDim, qkNorm}),
      {...this.gemm('proj_gemm', layers, hiddenSize, headsHere * headDim, mode), lowPrecisionInput: true},
      ...this.attentionReduce('full_ar', layers),
    ]
  }

  /** SGLang gathers instead, on the way to the experts, where attention is spread over groups. */
  private attentionReduce(name: string, layers: number): Op[] {
    const isFolded = this.isSglang && this.model.experts !== null && this.sizes.attentionDp > 1
    return isFolded ? [] : [this.allReduce(name, layers, this.sizes.tp)]
  }

  private feedForward(prefix: string, layers: number, net: DeltaNetConfig): Op[] {
    const {hiddenSize, experts} = this.model
    const norm = this.elementwise(`${prefix}_ffn_norm`, layers, 2 * hiddenSize, 2 * hiddenSize)
    return [
      norm,
      ...(experts === null ? this.wideBlock(prefix, layers, net) : this.experts(prefix, layers, net)),
    ]
  }

  private wideBlock(prefix: string, layers: number, net: DeltaNetConfig): Op[] {
    const {hiddenSize, intermediateSize} = this.model
    const {tp} = this.sizes
    const mode = net.modes.wide
    const gateAndUp = split(2 * intermediateSize, tp)
    const inner = split(intermediateSize, tp)
    return [
      this.gemm(`${prefix}_gate_ffn1_gemm`, layers, gateAndUp, hiddenSize, mode),
      this.elementwise(`${prefix}_act_gate`, layers, gateAndUp, inner),
      {...this.gemm(`${prefix}_ffn2_gemm`, layers, hiddenSize, inner, mode), lowPrecisionInput: true},
      this.allReduce(`${prefix}_ffn_ar`, layers, tp),
    ]
  }

  /** In decode vLLM and SGLang run the shared expert beside the routed ones. */
  private experts(prefix: string, layers: number, net: DeltaNetConfig): Op[] {
    const {experts, hiddenSize} = this.model
    const block = this.routedExperts(experts!, 'power_law_1.2', {prefix: `${prefix}_`, layers})
    const [router, pre, moe, post] = block as [Op, Op & {kind: 'dispatch'}, Op, Op]
    const routers = experts!.count >= FEWEST_WITH_ROUTER ? [router] : []
    const travel = this.isSglang && this.sizes.attentionDp === 1 ? [] : [{...pre, attentionReduced: true}]
    const shared = net.sharedExpertSize > 0 ? this.sharedExpert(prefix, layers, net) : []
    // One kernel of SGLang weighs and adds the shared expert's output.
    const merged = this.elementwise(
      `${prefix}_shared_merge`,
      layers,
      (this.isSglang ? 3 : 2) * hiddenSize,
      hiddenSize,
    )
    const merge = net.sharedExpertSize > 0 ? [merged] : []
    if (this.phase === 'context') return [...routers, ...travel, moe, post, ...shared, ...merge]
    if (this.backend === 'trtllm' || shared.length === 0) {
      return [...routers, ...travel, moe, ...shared, ...merge, post]
    }
    const main = this.isSglang ? [...routers, moe] : [...routers, ...travel, moe]
    return [
      ...(this.isSglang ? travel : []),
      {kind: 'overlap', name: this.name(`${prefix}_moe_overlap`), count: 1, main, side: shared},
      ...merge,
      post,
    ]
  }

  private sharedExpert(prefix: string, layers: number, net: DeltaNetConfig): Op[] {
    const {hiddenSize} = this.model
    const {tp} = this.sizes
    const mode = net.modes.shared
    const gateAndUp = split(2 * net.sharedExpertSize, tp)
    const inner = split(net.sharedExpertSize, tp)
    const block: Op[] = [
      this.gemm(`${prefix}_shared_gate_up_gemm`, layers, gateAndUp, hiddenSize, mode),
      this.elementwise(`${prefix}_shared_act_gate`, layers, gateAndUp, inner),
      {...this.gemm(`${prefix}_shared_down_gemm`, layers, hiddenSize, inner, mode), lowPrecisionInput: true},
    ]
    if (this.isSglang) return block
    return [
      this.narrowGemm(`${prefix}_shared_expert_gate_gemm`, layers, 1, 'bfloat16'),
      ...block,
      this.elementwise(`${prefix}_shared_expert_gate_mul`, layers, hiddenSize, hiddenSize),
    ]
  }

  /** So narrow that the tables may end before it. */
  private narrowGemm(name: string, layers: number, n: number, mode: GemmMode): Op {
    return {...this.gemm(name, layers, n, this.model.hiddenSize, mode), rooflineWhenNarrow: true}
  }

  private get isSglang(): boolean {
    return this.backend === 'sglang'
  }
}

/** Experts from which on the router is priced. */
const FEWEST_WITH_ROUTER = 128
