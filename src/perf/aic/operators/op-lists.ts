import type {BackendName} from '../../../config/gpus.ts'
import type {ExpertConfig, GemmMode, LatentConfig, ModelConfig} from '../../models/model-config.ts'
import type {Parallelism} from '../request/parallelism.ts'
import {BlocksBuilder} from './blocks.ts'
import {DeltaNetBuilder} from './delta-net.ts'
import {MixedLayersBuilder} from './mixed-layers.ts'
import {OpBuilder, split} from './op-builder.ts'
import type {Op, OpLists, Phase} from './ops.ts'
import {StateSpaceBuilder} from './state-space.ts'

/** The operators of one prefill and one decode step, in the order their times are summed (perf-model-012.md 4). */
export function buildOpLists(model: ModelConfig, sizes: Parallelism, backend: BackendName): OpLists {
  return {
    context: buildPhase(model, sizes, backend, 'context'),
    generation: buildPhase(model, sizes, backend, 'generation'),
  }
}

function buildPhase(model: ModelConfig, sizes: Parallelism, backend: BackendName, phase: Phase): Op[] {
  if (model.stateSpace !== null) {
    return new StateSpaceBuilder(model, sizes, backend, phase).layers(model.stateSpace)
  }
  if (model.blocks !== null) return new BlocksBuilder(model, sizes, backend, phase).layers(model.blocks)
  if (model.deltaNet !== null) {
    return new DeltaNetBuilder(model, sizes, backend, phase).layers(model.deltaNet)
  }
  if (model.mixed !== null) return new MixedLayersBuilder(model, sizes, backend, phase).layers(model.mixed)
  const builder = new PhaseBuilder(model, sizes, backend, phase)
  if (model.experts === null) return builder.dense()
  if (model.latent !== null) return builder.latent(model.experts, model.latent)
  return builder.groupedWithExperts(model.experts)
}

class PhaseBuilder extends OpBuilder {
  dense(): Op[] {
    const {layers, intermediateSize, hiddenSize} = this.model
    const {tp} = this.sizes
    const {gemm} = this.model.quant
    const gateAndUp = split(2 * intermediateSize, tp)
    const inner = split(intermediateSize, tp)
    return [
      this.embedding(split(this.model.vocabSize, tp)),
      ...this.groupedAttentionBlock(layers),
      this.gemm('gate_ffn1_gemm', layers, gateAndUp, hiddenSize, gemm),
      this.elementwise('act_gate', layers, gateAndUp, inner),
      {...this.gemm('ffn2_gemm', layers, hiddenSize, inner, gemm), lowPrecisionInput: true},
      this.logits(),
      this.allReduce('embedding_ar', 1, tp),
      this.allReduce('ar_1', layers, tp),
      this.allReduce('ar_2', layers, tp),
    ]
  }

  groupedWithExperts(experts: ExpertConfig): Op[] {
    const {layers, slidingWindow} = this.model
    const {tp} = this.sizes
    // gpt-oss: half of the layers look back one window only, and that half comes first in the sum.
    const windowed = slidingWindow > 0 ? [this.groupedAttention(layers / 2, slidingWindow)] : []
    const wideLayers = slidingWindow > 0 ? layers / 2 : layers
    return [
      ...windowed,
      this.embedding(split(this.model.vocabSize, tp)),
      ...this.groupedAttentionBlock(wideLayers),
      ...this.routedExperts(experts, 'power_law_1.2'),
      ...(this.phase === 'generation' ? [this.logits()] : []),
      this.allReduce('embedding_ar', 1, tp),
    ]
  }

  latent(experts: ExpertConfig, latent: LatentConfig): Op[] {
    const {layers, hiddenSize} = this.model
    const {tp} = this.sizes
    const routed = this.routedExperts(experts, 'power_law_1.01')
    const shared = this.sharedExpert(experts)
    // In decode the shared expert runs on a second stream; prefill runs everything in a row.
    const feedForward: Op[] =
      this.phase === 'context'
        ? [...shared, ...routed]
        : [{kind: 'overlap', name: this.name('moe_overlap'), count: 1, main: routed, side: shared}]
    return [
      this.embedding(this.model.vocabSize),
      this.elementwise('add_norm_1', layers, 2 * hiddenSize, 2 * hiddenSize),
      ...this.latentBlock(latent),
      this.elementwise('add_norm_2', layers, 2 * hiddenSize, 2 * hiddenSize),
      ...feedForward,
      this.logits(),
      ...(this.backend === 'vllm' ? [this.allReduce('tp_allreduce', 2 * layers, tp)] : []),
    ]
  }

  private groupedAttentionBlock(attentionLayers: number): Op[] {
    const {layers, hiddenSize, heads, headDim, kvHeads} = this.model
    const {tp} = this.sizes
    const {gemm} = this.model.quant
    const queries = split(heads * headDim, tp)
    return [
      this.elementwise('add_norm_1', layers, 2 * hiddenSize, 2 * hiddenSize),
      this.gemm('qkv_gemm', layers, queries + headDim * Math.ceil(kvHeads / tp) * 2, hiddenSize, gemm),
      this.groupedAttention(attentionLayers, 0),
      {...this.gemm('proj_gemm', layers, hiddenSize, queries, gemm), lowPrecisionInput: true},
      this.elementwise('add_norm_2', layers, 2 * hiddenSize, 2 * hiddenSize),
    ]
  }

  private groupedAttention(count: number, window: number): Op {
    const {heads, kvHeads, headDim, qkNorm} = this.model
    const {tp} = this.sizes
    return this.attentionKernel(count, {
      heads: split(heads, tp),
      kvHeads: Math.ceil(kvHeads / tp),
      headDim,
      window,
      qkNorm,
    })
  }

  private sharedExpert(experts: ExpertConfig): Op[] {
    const {layers, hiddenSize, quant} = this.model
    const {tp} = this.sizes
    const mode = quant.sharedExpertExcluded ? 'bfloat16' : quant.gemm
    const gateAndUp = split(2 * experts.intermediateSize, tp)
    const inner = split(experts.intermediateSize, tp)
    return [
      this.gemm('shared_gate_up_gemm', layers, gateAndUp, hiddenSize, mode),
      this.elementwise('shared_act_gate', layers, gateAndUp, inner),
      this.gemm('shared_ffn2_gemm', layers, hiddenSize, inner, mode),
    ]
  }

  private latentBlock(latent: LatentConfig): Op[] {
    const {layers, heads} = this.model
    const modes = this.projectionModes()
    const uniform = modes.q === modes.kv && modes.kv === modes.o
    if (!uniform) return this.latentParts(latent, modes, 'resolved')
    const primary = {
      kind: 'latent_module',
      name: this.name('mla_module'),
      count: layers,
      heads: split(heads, this.sizes.tp),
      nativeHeads: heads,
      mode: modes.o,
    } as const
    const otherwise = this.latentParts(latent, modes, 'plain')
    return [{kind: 'fallback', name: this.name('mla_block'), count: 1, primary, otherwise}]
  }

  private projectionModes(): {q: GemmMode; kv: GemmMode; o: GemmMode; down: GemmMode} {
    const {gemm, excludedProjections} = this.model.quant
    const kept = (group: 'q' | 'kv' | 'o') => (excludedProjections.includes(group) ? 'bfloat16' : gemm)
    const bothExcluded = excludedProjections.includes('q') && excludedProjections.includes('kv')
    return {q: kept('q'), kv: kept('kv'), o: kept('o'), down: bothExcluded ? 'bfloat16' : gemm}
  }

  /** The latent block piece by piece. The widths are DeepSeek-V3's, also for other head counts (perf-model-012.md 4). */
  private latentParts(
    latent: LatentConfig,
    modes: {q: GemmMode; kv: GemmMode; o: GemmMode; down: GemmMode},
    lane: 'resolved' | 'plain',
  ): Op[] {
    const {layers, heads, hiddenSize} = this.model
    const {tp} = this.sizes
    return [
      this.gemm('downscale_gemm', layers, 2112, hiddenSize, modes.down),
      this.gemm('q_b_proj_gemm', layers, split(heads * 192, tp), 1536, modes.q),
      ...(this.phase === 'context'
        ? [this.gemm('kv_b_proj_gemm', layers, split(heads * 256, tp), 512, modes.kv)]
        : []),
      ...this.latentAttention(latent, modes.kv, lane),
      this.gemm('proj_gemm', layers, hiddenSize, split(heads * 128, tp), modes.o),
    ]
  }

  private latentAttention(latent: LatentConfig, kvMode: GemmMode, lane: 'resolved' | 'plain'): Op[] {
    const {layers, heads, kvHeads} = this.model
    const {tp} = this.sizes
    const base = {name: this.name('attention'), count: layers} as const
    if (this.backend === 'vllm') {
      const sizes = {heads: split(heads, tp), kvHeads: split(kvHeads, tp), headDim: latent.valueHeadDim}
      return [{kind: 'attention', ...base, ...sizes, window: 0, qkNorm: false, lane}]
    }
    const kernel: Op = {kind: 'latent_attention', ...base, heads: split(128, tp)}
    if (this.phase === 'context') return [kernel]
    const mode = kvMode === 'bfloat16' || this.model.quant.gemm === 'bfloat16' ? 'bfloat16' : 'fp8'
    const projection = {kind: 'latent_projection', count: layers, heads: split(heads, tp), mode} as const
    return [
      {...projection, name: this.name('bmm_pre'), side: 'pre'},
      kernel,
      {...projection, name: this.name('bmm_post'), side: 'post'},
    ]
  }
}
