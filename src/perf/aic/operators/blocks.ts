import type {BlockGroup} from '../../models/model-config.ts'
import {OpBuilder, split} from './op-builder.ts'
import type {Op} from './ops.ts'

/** Lists of models whose layers differ from block to block, or lack a part (perf-model-012.md 17). */
export class BlocksBuilder extends OpBuilder {
  layers(groups: readonly BlockGroup[]): Op[] {
    return [
      this.embedding(this.model.vocabSize),
      ...groups.flatMap(({layers, kvHeads, intermediateSize}) => [
        ...(kvHeads === null ? [] : this.attention(layers, kvHeads)),
        ...(intermediateSize === null ? [] : this.feedForward(layers, intermediateSize)),
      ]),
      this.logits(),
    ]
  }

  private attention(layers: number, kvHeads: number): Op[] {
    const {hiddenSize, heads, headDim, quant} = this.model
    const {tp} = this.sizes
    const queries = split(heads * headDim, tp)
    const kvHeadsHere = Math.ceil(kvHeads / tp)
    return [
      this.elementwise('add_norm_1', layers, 2 * hiddenSize, 2 * hiddenSize),
      this.gemm('qkv_gemm', layers, queries + headDim * kvHeadsHere * 2, hiddenSize, quant.gemm),
      // The reference looks all of them up at the size that most models have.
      this.attentionKernel(layers, {heads: split(heads, tp), kvHeads: kvHeadsHere, headDim: 128}),
      this.gemm('proj_gemm', layers, hiddenSize, queries, quant.gemm),
      this.allReduce('ar_1', layers, tp),
    ]
  }

  private feedForward(layers: number, size: number): Op[] {
    const {hiddenSize, quant} = this.model
    const {tp} = this.sizes
    const gateAndUp = split(2 * size, tp)
    const inner = split(size, tp)
    return [
      this.elementwise('add_norm_2', layers, 2 * hiddenSize, 2 * hiddenSize),
      this.gemm('gate_ffn1_gemm', layers, gateAndUp, hiddenSize, quant.gemm),
      this.elementwise('act_gate', layers, gateAndUp, inner),
      this.gemm('ffn2_gemm', layers, hiddenSize, inner, quant.gemm),
      this.allReduce('ar_2', layers, tp),
    ]
  }
}
