import {type GpuSystem, SYSTEMS, type SystemName, systemsOf} from '../../../config/gpus.ts'
import type {Release} from '../../../config/release.ts'

/**
 * What differs between the estimators of two releases: facts, read once when a model is compiled. Whatever is not here
 * is the same in both (perf-model-012.md; the differences are those of perf-model-013.md).
 */
export interface Estimator {
  readonly edition: Edition
  /** The list of its tables, below `perf/`. */
  readonly manifest: string
  readonly systems: Readonly<Record<SystemName, GpuSystem>>
  /** Decode attention pays for normalising queries and keys, as prefill does (2, A). */
  readonly normsInDecode: boolean
  /** Which of three small terms are added first, for the last bit: norms and rotary, or rotary and cache write (2, A2). */
  readonly addsNormsFirst: boolean
  /** Beyond a grid its leaves are ranked by squared distance, not by its root: ties fall otherwise (2, "hold ranking"). */
  readonly ranksSquares: boolean
  /** A collective over more GPUs than a node has is carried from the largest measured number below it (2). */
  readonly carriesFanOut: boolean
  /** SGLang runs the latent attention of FP8 checkpoints in bfloat16 on Hopper (3, E). */
  readonly widensLatentAttention: boolean
  /** SGLang's memory fraction is of what the runtime leaves, and activations do not count (6). */
  readonly sglangFractionAfterRuntime: boolean
  /** SGLang's weights of DeepSeek know the dense first layers and a split embedding (6). */
  readonly sglangDenseLayers: boolean
}

export type Edition = '0.12.0' | '0.13.0'

export const ESTIMATORS: Readonly<Record<Release, Estimator>> = {
  '1.2.1': {
    edition: '0.12.0',
    manifest: 'manifest.json',
    systems: SYSTEMS,
    normsInDecode: false,
    addsNormsFirst: false,
    ranksSquares: false,
    carriesFanOut: false,
    widensLatentAttention: false,
    sglangFractionAfterRuntime: false,
    sglangDenseLayers: false,
  },
  '1.6.1': {
    edition: '0.13.0',
    manifest: 'manifest-0.13.json',
    systems: systemsOf('1.6.1'),
    normsInDecode: true,
    addsNormsFirst: true,
    ranksSquares: true,
    carriesFanOut: true,
    widensLatentAttention: true,
    sglangFractionAfterRuntime: true,
    sglangDenseLayers: true,
  },
}
