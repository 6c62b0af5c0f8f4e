import type {BackendName} from '../config/gpus.ts'
import type {Release} from '../config/release.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {buildOpLists} from './aic/operators/op-lists.ts'
import {flattenOps, type Op} from './aic/operators/ops.ts'
import {bytesPerWeight, kvCacheBytes, quantModesFor} from './aic/operators/quant-modes.ts'
import type {AicRequest} from './aic/request/aic-request.ts'
import {ESTIMATORS} from './aic/request/estimator.ts'
import {NCCL_MEM_BYTES, OTHER_MEM_BYTES} from './aic/request/link-and-memory.ts'
import {type Parallelism, parallelismOf} from './aic/request/parallelism.ts'
import {checkAicRequest, type ResolvedAicRequest} from './aic/request/request.ts'
import {type ActivationFamily, ARCHITECTURES} from './models/architectures.ts'
import type {DeltaNetConfig, MixedLayers, ModelConfig} from './models/model-config.ts'

/** What a serving engine is told about memory. */
export interface KvCapacityInputs {
  /** Largest number of tokens in one pass. */
  readonly maxNumTokens: number
  /** Share of the GPU memory the engine may use: of all of it, or of what the weights leave free (TensorRT-LLM). */
  readonly memoryFraction: number
  readonly memoryFractionKind: MemoryFractionKind
  readonly blockSize: number
  /** Memory set aside for recorded CUDA graphs. */
  readonly cudaGraphBytes: number
  /** Share held back from the result; null = none. */
  readonly tolerance: number | null
}

export type MemoryFractionKind = 'of_total' | 'of_free'

/** The terms of the estimate, bytes per GPU unless named otherwise. */
export interface KvCapacity {
  readonly gpuBytes: number
  readonly weightsBytes: number
  readonly activationsBytes: number
  readonly runtimeBytes: number
  readonly communicationBytes: number
  /** Memory for the KV cache before any tolerance. */
  readonly kvBytes: number
  /** As the reference states it: of the first token, with all that a request keeps beside. */
  readonly kvBytesPerToken: number
  /** How the budget is filled: `tokens` = (budget − fixed) ÷ per token. */
  readonly kvFill: KvFill
  readonly tokens: number
  /** Bytes and tokens after the tolerance; equal to the above without one. */
  readonly adjustedKvBytes: number
  readonly adjustedTokens: number
  readonly numGpuBlocks: number
}

/**
 * The fraction to take where none is named: what each backend starts with (SGLang derives its own from GPU and TP), or,
 * since 1.6.1 estimates by itself, what its engine takes.
 */
export const DEFAULT_MEMORY_FRACTION: Readonly<Record<Release, Readonly<Record<BackendName, number>>>> = {
  '1.2.1': {vllm: 0.92, sglang: 0.88, trtllm: 0.9},
  '1.6.1': {vllm: 0.9, sglang: 0.88, trtllm: 0.9},
}

export function memoryFractionKind(backend: BackendName): MemoryFractionKind {
  return backend === 'trtllm' ? 'of_free' : 'of_total'
}

/** How many KV blocks fit beside weights and activations (perf-model-012.md 11, perf-model-013.md 6). */
export function computeKvCapacity(request: AicRequest, inputs: KvCapacityInputs): Result<KvCapacity> {
  const resolved = checkAicRequest(request)
  if (!resolved.ok) return resolved
  const problem = checkInputs(resolved.value, inputs)
  if (problem !== null) return problem
  const {backend, model, release, system} = resolved.value
  const estimator = ESTIMATORS[release]
  const sizes = parallelismOf(resolved.value)
  const gpuBytes = estimator.systems[system].memCapacityBytes
  const weightsBytes = computeWeightsBytes(resolved.value, sizes)
  const activationsBytes = computeActivationsBytes(model, sizes, backend, inputs.maxNumTokens)
  const runtimeBytes = backend === 'sglang' ? OTHER_MEM_BYTES * 1.2 : OTHER_MEM_BYTES
  const communicationBytes = NCCL_MEM_BYTES.get(Math.min(sizes.tp, 8))!
  // What is gone before the engine starts to count, and what it counts itself.
  const isAfterRuntime = backend === 'sglang' && estimator.sglangFractionAfterRuntime
  const before = isAfterRuntime ? runtimeBytes + communicationBytes : 0
  const taken = isAfterRuntime
    ? weightsBytes + inputs.cudaGraphBytes
    : weightsBytes + activationsBytes + runtimeBytes + communicationBytes + inputs.cudaGraphBytes
  const budget =
    inputs.memoryFractionKind === 'of_total'
      ? (gpuBytes - before) * inputs.memoryFraction - taken
      : (gpuBytes - taken) * inputs.memoryFraction
  if (budget <= 0) {
    const needed = gibibytes(before + taken)
    return fail(
      `no KV budget: non-KV memory (${Math.floor(taken)} bytes) meets/exceeds the KV-cache memory limit ` +
        `(capacity=${gpuBytes} bytes): ${model.id} needs ${needed} GiB of ${gibibytes(gpuBytes)} GiB per GPU and leaves ` +
        'none for the KV cache',
    )
  }
  const kvBytes = Math.floor(budget)
  const adjustedKvBytes = inputs.tolerance === null ? kvBytes : Math.floor(kvBytes * (1 - inputs.tolerance))
  const curve = kvCurve(resolved.value, sizes)
  const adjustedTokens = tokensIn(inputs.tolerance === null ? budget : adjustedKvBytes, curve)
  return ok({
    gpuBytes,
    weightsBytes: Math.floor(weightsBytes),
    activationsBytes: Math.floor(activationsBytes),
    runtimeBytes: Math.floor(runtimeBytes),
    communicationBytes,
    kvBytes,
    kvBytesPerToken: curve.bytesPerToken,
    kvFill: curve.fill(budget),
    tokens: tokensIn(budget, curve),
    adjustedKvBytes,
    adjustedTokens,
    numGpuBlocks: Math.floor(adjustedTokens / inputs.blockSize),
  })
}

function checkInputs(request: ResolvedAicRequest, inputs: KvCapacityInputs): ReturnType<typeof fail> | null {
  const {memoryFraction, memoryFractionKind: kind, maxNumTokens, blockSize, tolerance} = inputs
  if (kind !== memoryFractionKind(request.backend)) {
    const meant = memoryFractionKind(request.backend) === 'of_free' ? 'free' : 'total'
    return fail(`the memory fraction of ${request.backend} is a share of ${meant} GPU memory`)
  }
  if (!(memoryFraction > 0 && memoryFraction <= 1))
    return fail('the memory fraction must be above 0 and at most 1')
  if (!(Number.isInteger(maxNumTokens) && maxNumTokens > 0))
    return fail('max_num_tokens must be a whole number above 0')
  if (!(Number.isInteger(blockSize) && blockSize > 0))
    return fail('block_size must be a whole number above 0')
  if (tolerance !== null && !(tolerance >= 0 && tolerance < 1))
    return fail('the tolerance must be at least 0 and below 1')
  if (!ACTIVATION_TP.some(tp => tp === Math.min(request.tp, 8))) {
    return fail(
      `activations at TP ${request.tp} were never calibrated; the TP sizes are 1, 2, 4 and 8`,
      'aic_tp_size',
    )
  }
  if (request.model.blocks !== null) {
    return fail(
      `${request.model.id} has no one number of KV heads, so its KV cache cannot be sized: name num_gpu_blocks`,
      'num_gpu_blocks',
    )
  }
  return null
}

/** MoE models with grouped attention count no output head: their prefill list has none (the reference's own gap). */
function computeWeightsBytes(request: ResolvedAicRequest, sizes: Parallelism): number {
  const {model, backend, release} = request
  const {context} = buildOpLists(model, sizes, backend)
  const bytes = flattenOps(context).reduce((total, op) => total + weightsOf(op), 0)
  return backend === 'sglang' && ESTIMATORS[release].sglangDenseLayers
    ? bytes + denseLayersCorrection(model, sizes)
    : bytes
}

/**
 * The operator list takes every layer for one with experts and every GPU for one with the whole embedding; SGLang's
 * estimate puts both right (perf-model-013.md 6).
 */
function denseLayersCorrection(model: ModelConfig, {tp, moeTp, moeEp}: Parallelism): number {
  const {experts, latent, layers, hiddenSize: h, quant} = model
  if (experts === null || latent === null || model.architecture !== 'DeepseekV3ForCausalLM') return 0
  const {denseLayers, sharedExperts} = latent
  const expertLayers = layers - denseLayers
  const sharedMode = quant.sharedExpertExcluded ? 'bfloat16' : quant.gemm
  const routed =
    (3 * h * experts.intermediateSize * experts.count * bytesPerWeight(quant.moe)) / (moeTp * moeEp)
  const shared = (3 * h * experts.intermediateSize * bytesPerWeight(sharedMode)) / tp
  const router = 2 * h * experts.count
  const dense = (3 * h * model.intermediateSize * bytesPerWeight(quant.gemm)) / tp
  return (
    -2 * model.vocabSize * h * (1 - 1 / tp) -
    layers * (routed + shared + router) +
    expertLayers * (routed + sharedExperts * shared + router) +
    denseLayers * dense
  )
}

function weightsOf(op: Op): number {
  if (op.kind === 'gemm') return op.n * op.k * bytesPerWeight(op.mode) * op.count
  if (op.kind === 'embedding') return op.vocab * op.hidden * 2 * op.count
  if (op.kind !== 'moe') return 0
  const all = op.hidden * op.intermediate * op.experts * bytesPerWeight(op.mode) * (op.isGated ? 3 : 2)
  return Math.floor(Math.floor(all / op.ep) / op.tp) * op.count
}

const ACTIVATION_TP = [1, 2, 4, 8] as const
type ActivationTp = (typeof ACTIVATION_TP)[number]

/** Live activation copies per token and hidden element, calibrated by the reference per TP. */
const ACTIVATION_COPIES: Readonly<
  Record<ActivationFamily, Readonly<Record<'default' | 'sglang', Readonly<Record<ActivationTp, number>>>>>
> = {
  dense: {default: {1: 11, 2: 6.5, 4: 5, 8: 5}, sglang: {1: 14, 2: 8.5, 4: 6.5, 8: 6.5}},
  uncalibrated: {default: {1: 10, 2: 6, 4: 5, 8: 5}, sglang: {1: 13, 2: 8, 4: 6.5, 8: 6.5}},
  experts: {default: {1: 22, 2: 13, 4: 10, 8: 10}, sglang: {1: 28, 2: 17, 4: 13, 8: 13}},
}
const MEBIBYTE = 2 ** 20

function computeActivationsBytes(
  model: ModelConfig,
  {tp, attentionDp, moeEp}: Parallelism,
  backend: BackendName,
  maxNumTokens: number,
): number {
  const sglang = backend === 'sglang'
  const headDim = model.latent === null ? model.headDim : Math.floor(model.hiddenSize / model.heads)
  const width = model.heads * headDim
  const {activations} = ARCHITECTURES.get(model.architecture)!
  const table = ACTIVATION_COPIES[activations][sglang ? 'sglang' : 'default']
  let bytes = 2 * maxNumTokens * width * table[Math.min(tp, 8) as ActivationTp]
  // What scales of tokens on their way to experts take, in the families that the reference counts it for.
  if (model.experts !== null && (model.latent !== null || model.mixed?.cachesWindows)) {
    const {count, perToken} = model.experts
    const travelling = model.latent === null ? model.hiddenSize : width
    bytes += ((maxNumTokens * travelling * attentionDp * count * perToken) / moeEp / 128) * 4
  }
  const atLeast = Math.max(bytes, (sglang ? 90 : 70) * MEBIBYTE)
  return sglang ? atLeast * 1.15 : atLeast
}

/**
 * KV cache of one token on each GPU, bytes, as `aisimulate predict` counts what a prompt's transfer sends: two bytes a
 * value, whatever format the cache itself has.
 */
export function computeTransferBytesPerToken(request: ResolvedAicRequest): number {
  const {layers, kvHeads, headDim, latent} = request.model
  if (latent !== null) return layers * latent.cacheWidth * 2
  return layers * Math.ceil(kvHeads / parallelismOf(request).tp) * headDim * 2 * 2
}

/** Bytes of one long request: what it keeps whatever its length (state, full windows), and what each token adds. */
export interface KvFill {
  readonly fixedBytes: number
  readonly bytesPerToken: number
}

interface KvCurve {
  readonly bytesPerToken: number
  /** @param budget bytes */
  fill(budget: number): KvFill
}

function tokensIn(budget: number, curve: KvCurve): number {
  const {fixedBytes, bytesPerToken} = curve.fill(budget)
  return Math.max(0, Math.floor((budget - fixedBytes) / bytesPerToken))
}

function kvCurve(request: ResolvedAicRequest, {tp}: Parallelism): KvCurve {
  const {model} = request
  const {layers, kvHeads, headDim, slidingWindow, latent, mixed, deltaNet} = model
  const bytes = kvCacheBytes(quantModesFor(request).kvcache)
  if (mixed?.cachesWindows) return mixedCurve(mixed, tp, bytes)
  if (latent !== null) return linearCurve(layers * latent.cacheWidth * bytes)
  const perLayer = Math.ceil(kvHeads / tp) * headDim * 2 * bytes
  if (deltaNet !== null) return statefulCurve(perLayer * (layers - deltaNet.layers), stateBytes(deltaNet, tp))
  if (slidingWindow === 0) return linearCurve(perLayer * layers)
  // Half of the layers keep one window only.
  const windowed = Math.floor(layers / 2)
  return windowedCurve(perLayer * windowed, perLayer * (layers - windowed), slidingWindow)
}

/** Of the layers with a window the reference knows one kind and its window; the others grow with the sequence. */
function mixedCurve({groups}: MixedLayers, tp: number, bytes: number): KvCurve {
  const bytesOf = (isWindowed: boolean) =>
    groups
      .filter(({window}) => window > 0 === isWindowed)
      .reduce(
        (sum, group) => sum + group.layers * Math.ceil(group.kvHeads / tp) * group.headDim * 2 * bytes,
        0,
      )
  return windowedCurve(bytesOf(true), bytesOf(false), groups.find(({window}) => window > 0)?.window ?? 0)
}

/** One request's state is taken from the budget, and the first token is said to cost it, too. */
function statefulCurve(perToken: number, state: number): KvCurve {
  return {
    bytesPerToken: perToken + state,
    fill: () => ({fixedBytes: state, bytesPerToken: perToken}),
  }
}

/** What the delta nets of a model keep of one request on a GPU: their state, and the tokens that the convolution looks at. */
function stateBytes(net: DeltaNetConfig, tp: number): number {
  const {layers, keyHeads, keyDim, valueHeads, valueDim, convWidth} = net
  const state = Math.floor(valueHeads / tp) * keyDim * valueDim * net.stateBytes
  const mixed = Math.floor((2 * keyHeads * keyDim + valueHeads * valueDim) / tp) * (convWidth - 1) * 2
  return layers * (state + mixed)
}

/** Layers of `windowed` bytes a token stop growing once their window is full. */
function windowedCurve(windowed: number, growing: number, window: number): KvCurve {
  const bytesPerToken = windowed + growing
  return {
    bytesPerToken,
    fill: budget =>
      Math.floor(budget / bytesPerToken) < window
        ? {fixedBytes: 0, bytesPerToken}
        : {fixedBytes: windowed * window, bytesPerToken: growing},
  }
}

function linearCurve(bytesPerToken: number): KvCurve {
  return {bytesPerToken, fill: () => ({fixedBytes: 0, bytesPerToken})}
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1)
}
