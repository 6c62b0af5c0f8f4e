import type {LayerGroup, MixedLayers} from '../../models/model-config.ts'
import {OpBuilder, split} from './op-builder.ts'
import type {Op} from './ops.ts'

/** Lists of models whose layers are of several kinds: one stretch of operators per kind (perf-model-012.md 14). */
export class MixedLayersBuilder extends OpBuilder {
  layers(mixed: MixedLayers): Op[] {
    return [
      this.embedding(this.model.vocabSize),
      ...mixed.groups.flatMap(group => this.group(group, mixed)),
      this.logits(),
      ...this.sharedExpert(mixed),
    ]
  }

  private group(group: LayerGroup, mixed: MixedLayers): Op[] {
    const {name, layers, wide, isRouted} = group
    const width = 2 * this.model.hiddenSize
    return [
      this.elementwise(`${name}_attn_norm`, layers, width, width),
      ...this.attentionOf(group, mixed),
      this.elementwise(`${name}_${wide === null ? 'moe' : 'ffn'}_norm`, layers, width, width),
      ...(wide === null ? [] : this.gatedBlock(wide, layers, mixed.wideSize)),
      ...(isRouted ? this.expertsOf(group, mixed) : []),
    ]
  }

  private attentionOf(group: LayerGroup, {isGated, modes}: MixedLayers): Op[] {
    const {name, layers, heads, headDim, valueHeadDim, window, hasValues} = group
    const {hiddenSize, qkNorm} = this.model
    const {tp} = this.sizes
    const kvHeads = Math.ceil(group.kvHeads / tp)
    const headsHere = split(heads, tp)
    const cached = kvHeads * (hasValues ? headDim + valueHeadDim : headDim)
    const output = split(heads * valueHeadDim, tp)
    const gate = [
      this.gemm(`${name}_attn_gate_gemm`, layers, headsHere, hiddenSize, modes.projections),
      this.elementwise(`${name}_attn_gate`, layers, output + headsHere, output),
    ]
    return [
      this.gemm(
        `${name}_qkv_gemm`,
        layers,
        split(heads * headDim, tp) + cached,
        hiddenSize,
        modes.projections,
      ),
      this.attentionKernel(layers, {heads: headsHere, kvHeads, headDim, window, qkNorm}),
      ...(isGated ? gate : []),
      {
        ...this.gemm(`${name}_proj_gemm`, layers, hiddenSize, output, modes.projections),
        lowPrecisionInput: true,
      },
    ]
  }

  /** Step: one more expert that every token visits, summed behind the output head. */
  private sharedExpert({groups, sharedExpertSize}: MixedLayers): Op[] {
    if (sharedExpertSize === 0) return []
    const layers = groups.filter(({isRouted}) => isRouted).reduce((total, group) => total + group.layers, 0)
    return this.gatedBlock('shared_expert_dense', layers, sharedExpertSize)
  }

  private gatedBlock(prefix: string, layers: number, size: number): Op[] {
    const {hiddenSize, mixed} = this.model
    const inner = split(size, this.sizes.tp)
    const mode = mixed!.modes.wide
    return [
      this.gemm(`${prefix}_gate_up_gemm`, layers, 2 * inner, hiddenSize, mode),
      this.elementwise(`${prefix}_act`, layers, 2 * inner, inner),
      {...this.gemm(`${prefix}_down_gemm`, layers, hiddenSize, inner, mode), lowPrecisionInput: true},
    ]
  }

  private expertsOf(
    {name, layers}: LayerGroup,
    {modes, travelsQuantised, fewestWithRouter}: MixedLayers,
  ): Op[] {
    const {experts} = this.model
    if (experts === null) return []
    const block = this.routedExperts(experts, 'power_law_1.01', {
      prefix: `${name}_`,
      layers,
      mode: modes.experts,
      travelMode: travelsQuantised ? modes.experts : 'bfloat16',
    })
    return experts.count < fewestWithRouter ? block.slice(1) : block
  }
}
