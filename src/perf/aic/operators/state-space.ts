import type {StateSpaceConfig} from '../../models/model-config.ts'
import {OpBuilder, split} from './op-builder.ts'
import type {Op} from './ops.ts'

/** Lists of models that mix state-space layers, attention and feed-forward as layers of their own (perf-model-012.md 16). */
export class StateSpaceBuilder extends OpBuilder {
  layers(config: StateSpaceConfig): Op[] {
    const {mamba, attention, experts, wide} = config.layers
    return [
      this.embedding(this.model.vocabSize),
      ...(mamba > 0 ? this.stateSpace(mamba, config) : []),
      ...(attention > 0 ? this.attention(attention) : []),
      ...(experts > 0 ? this.expertLayers(experts, config) : []),
      ...(wide > 0 ? this.wideLayers(wide) : []),
      this.logits(),
    ]
  }

  private stateSpace(layers: number, config: StateSpaceConfig): Op[] {
    const {heads, headDim, stateSize, groups, convWidth} = config
    const {hiddenSize, quant} = this.model
    const {tp} = this.sizes
    const headsHere = split(heads, tp)
    const inner = headsHere * headDim
    const width = 2 * inner + 2 * Math.max(split(groups, tp), 1) * stateSize + headsHere
    const kernel = (name: string, isScan: boolean): Op => ({
      kind: 'state_space',
      name: this.name(name),
      count: layers,
      isScan,
      // The reference prices the whole layer on every GPU.
      shape: {hidden: hiddenSize, heads, headDim, stateSize, groups, convWidth},
    })
    return [
      this.norm('mamba_norm', layers),
      this.gemm('mamba_in_proj_gemm', layers, width, hiddenSize, quant.gemm),
      kernel('mamba_conv1d', false),
      kernel('mamba_ssm', true),
      this.gemm('mamba_out_proj_gemm', layers, hiddenSize, inner, quant.gemm),
      this.allReduce('mamba_ar', layers, tp),
    ]
  }

  private attention(layers: number): Op[] {
    const {hiddenSize, heads, kvHeads, headDim, quant} = this.model
    const {tp} = this.sizes
    const queries = split(heads * headDim, tp)
    const kvHeadsHere = Math.ceil(kvHeads / tp)
    return [
      this.norm('attn_norm', layers),
      this.gemm('qkv_gemm', layers, queries + headDim * kvHeadsHere * 2, hiddenSize, quant.gemm),
      this.attentionKernel(layers, {heads: split(heads, tp), kvHeads: kvHeadsHere, headDim}),
      {...this.gemm('proj_gemm', layers, hiddenSize, queries, quant.gemm), lowPrecisionInput: true},
      this.allReduce('attn_ar', layers, tp),
    ]
  }

  /** Experts may work on a narrower projection of the tokens, which is then what travels. */
  private expertLayers(layers: number, {sharedExpertSize, latentSize}: StateSpaceConfig): Op[] {
    const {experts, hiddenSize, quant} = this.model
    const {tp} = this.sizes
    const shared = split(sharedExpertSize, tp)
    const latent = split(latentSize, tp)
    const hidden = latentSize > 0 ? latentSize : hiddenSize
    const [router, ...travelling] = this.routedExperts(experts!, 'power_law_1.01', {
      layers,
      hidden,
      isGated: false,
    })
    const narrow = this.gemm('fc1_latent_proj_gemm', layers, latent, hiddenSize, quant.gemm)
    const widen = {
      ...this.gemm('fc2_latent_proj_gemm', layers, hiddenSize, latent, quant.gemm),
      lowPrecisionInput: true,
    }
    return [
      this.norm('moe_norm', layers),
      this.gemm('shared_up_gemm', layers, shared, hiddenSize, quant.gemm),
      this.elementwise('shared_relu2', layers, shared, shared),
      {...this.gemm('shared_down_gemm', layers, hiddenSize, shared, quant.gemm), lowPrecisionInput: true},
      router!,
      ...(latentSize > 0 ? [narrow] : []),
      ...travelling,
      ...(latentSize > 0 ? [widen] : []),
      this.allReduce('moe_ar', layers, tp),
    ]
  }

  private wideLayers(layers: number): Op[] {
    const {hiddenSize, intermediateSize, quant} = this.model
    const inner = split(intermediateSize, this.sizes.tp)
    return [
      this.norm('mlp_norm', layers),
      this.gemm('mlp_up_gemm', layers, inner, hiddenSize, quant.gemm),
      this.elementwise('mlp_relu2', layers, inner, inner),
      this.gemm('mlp_down_gemm', layers, hiddenSize, inner, quant.gemm),
      this.allReduce('mlp_ar', layers, this.sizes.tp),
    ]
  }

  private norm(name: string, layers: number): Op {
    const width = 2 * this.model.hiddenSize
    return this.elementwise(name, layers, width, width)
  }
}
