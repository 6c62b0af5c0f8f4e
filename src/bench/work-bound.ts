import type {EngineArgs, PoolSpec, Scenario} from '../config/scenario.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import {gpusPerWorker} from '../report/gpu-hours.ts'
import {internBlocks} from '../trace/blocks.ts'
import type {Workload} from '../trace/workload.ts'

/**
 * GPU-hours that the passes of a trace take at the least, however the fleet is sized and whoever sizes it
 * (docs/reference/work-bound.md). An instance is paid for while it computes, so no bill is lower.
 */
export interface WorkBound {
  readonly gpuHours: number
  /** Thereof for prompts, the rest for tokens. */
  readonly promptGpuHours: number
  /** Prompt tokens that nobody has computed before, and output tokens after the first of each request. */
  readonly promptTokens: number
  readonly outputTokens: number
}

export interface WorkBoundInputs {
  readonly scenario: Scenario
  readonly workload: Workload
  readonly perfModelFor: (pool: 'agg' | 'prefill' | 'decode') => PerfModel
}

export function computeWorkBound({scenario, workload, perfModelFor}: WorkBoundInputs): WorkBound {
  const {fleet} = scenario
  const gpus = gpusPerWorker(scenario)
  const prefill = fleet.topology === 'agg' ? 'agg' : 'prefill'
  const decode = fleet.topology === 'agg' ? 'agg' : 'decode'
  const promptPool = fleet.topology === 'agg' ? fleet.workers : fleet.prefill
  const tokenPool = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const promptTokens = leastPromptTokens(workload, promptPool.args)
  const {outputTokens, context} = outputOf(workload)
  const promptMs = promptTokens * leastPromptMs(perfModelFor(prefill), promptPool.args, workload)
  const tokenMs = outputTokens * leastTokenMs(perfModelFor(decode), tokenPool, context)
  const hours = (ms: number, pool: 'agg' | 'prefill' | 'decode') => (ms * (gpus.get(pool) ?? 1)) / 3_600_000
  const promptGpuHours = hours(promptMs, prefill)
  return {gpuHours: promptGpuHours + hours(tokenMs, decode), promptGpuHours, promptTokens, outputTokens}
}

/** Each block of each prefix once, as if one cache held everything for ever; what is no whole block always anew. */
function leastPromptTokens(workload: Workload, args: EngineArgs): number {
  const {inputLength, requestCount} = workload
  let total = 0
  for (let r = 0; r < requestCount; r++) total += inputLength[r]!
  if (!args.enable_prefix_caching) return total
  // An SGLang engine keeps single tokens, of which the trace knows whole blocks alone: those of the trace then count.
  const isByToken = args.engine_type === 'sglang'
  const blockSize = isByToken ? workload.traceBlockSize : args.block_size
  const {blockStart, blockCount} = internBlocks(workload, blockSize)
  const blocks = blockStart[requestCount]!
  return isByToken ? blockCount * blockSize : blockCount * blockSize + (total - blocks * blockSize)
}

interface Output {
  /** Without the first token of each request, which comes of its prompt's pass. */
  readonly outputTokens: number
  /** Sequence lengths before these tokens. */
  readonly context: {readonly mean: number; readonly most: number}
}

function outputOf({inputLength, outputLength, requestCount}: Workload): Output {
  let tokens = 0
  let sum = 0
  let most = 1
  for (let r = 0; r < requestCount; r++) {
    const later = Math.max(outputLength[r]! - 1, 0)
    tokens += later
    // Lengths from input to input + later - 1: one less than they are, if anything.
    sum += later * (inputLength[r]! + (later - 1) / 2)
    most = Math.max(most, inputLength[r]! + outputLength[r]!)
  }
  return {outputTokens: tokens, context: {mean: tokens === 0 ? 1 : sum / tokens, most}}
}

/** Most tokens of a pass, or requests, where the engine names no limit. */
const UNLIMITED_TOKENS = 1 << 20
const UNLIMITED_REQUESTS = 1024

/** Neighbours of a geometric ladder, as far apart as the bound may be too low. */
const STEP = 1.05

/**
 * Milliseconds per prompt token of the best pass. Pass times grow with requests and tokens, so what lies between two rungs
 * takes no less than the lower and computes no more than the upper. A pass is priced by the mean prompt, rounded down.
 */
function leastPromptMs(perf: PerfModel, args: EngineArgs, {inputLength}: Workload): number {
  const longest = inputLength.reduce((most, length) => Math.max(most, length), 1)
  // SGLang's limits are of another kind; none is lower than this.
  const limit = args.engine_type === 'sglang' ? null : args.max_num_batched_tokens
  const budget = Math.max(limit ?? UNLIMITED_TOKENS, longest)
  const requests = ladder(args.max_num_seqs ?? UNLIMITED_REQUESTS)
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i + 1 < requests.length; i++) {
    const tokens = ladder(Math.floor(budget / requests[i]!))
    for (let j = 0; j + 1 < tokens.length; j++) {
      const ms = perf.prefillMs(requests[i]!, tokens[j]!, 0)
      const computed = Math.min((requests[i + 1]! - 1) * tokens[j + 1]!, budget)
      least = Math.min(least, ms / Math.max(computed, 1))
    }
  }
  return least / speedUpOf(args, false)
}

/**
 * Milliseconds per token of the best decode pass at the trace's mean context. The least time per token by context, over all
 * batches, lies above a straight line; a line's value summed over tokens is its value at their mean; and of all such
 * lines the lower convex hull has the highest there.
 */
function leastTokenMs(
  perf: PerfModel,
  {args}: PoolSpec,
  {mean, most}: {readonly mean: number; readonly most: number},
): number {
  const capacity = args.num_gpu_blocks * args.block_size
  const batches = ladder(args.max_num_seqs ?? UNLIMITED_REQUESTS)
  const contexts = ladder(Math.max(most, 2))
  const points: (readonly [context: number, ms: number])[] = []
  for (let c = 0; c + 1 < contexts.length; c++) {
    const context = contexts[c]!
    let least = Number.POSITIVE_INFINITY
    for (let b = 0; b + 1 < batches.length; b++) {
      // The fewest blocks that such a batch can hold: all share the one prefix.
      const ms = Math.max(
        perf.decodeMs(batches[b]!, Math.min(context, capacity), context, capacity),
        perf.timing === 'fixed' ? 0 : 1,
      )
      least = Math.min(least, ms / (batches[b + 1]! - 1))
    }
    // Until the next rung no pass takes less than at this one.
    points.push([context, least], [contexts[c + 1]! - 1, least])
  }
  // A pass is priced by its mean context, rounded down.
  return hullAt(points, Math.max(mean - 1, 1)) / speedUpOf(args, true)
}

/** Whole numbers from 1 on, each but a little more than the one before; the last is the first past `most`. */
function ladder(most: number): readonly number[] {
  const rungs = [1]
  for (let at = 1; at <= most; rungs.push(at))
    at = Math.min(Math.max(at + 1, Math.floor(at * STEP)), most + 1)
  return rungs
}

/** The lower convex hull of points by ascending x, at a place among them. */
function hullAt(points: readonly (readonly [number, number])[], x: number): number {
  const hull: (readonly [number, number])[] = []
  for (const point of points) {
    while (hull.length > 1 && !isConvex(hull.at(-2)!, hull.at(-1)!, point)) hull.pop()
    if (hull.at(-1)?.[0] !== point[0]) hull.push(point)
  }
  const next = hull.findIndex(([at]) => at >= x)
  if (next <= 0) return hull[next === 0 ? 0 : hull.length - 1]![1]
  const [low, high] = [hull[next - 1]!, hull[next]!]
  return low[1] + ((high[1] - low[1]) * (x - low[0])) / (high[0] - low[0])
}

function isConvex(
  a: readonly [number, number],
  b: readonly [number, number],
  c: readonly [number, number],
): boolean {
  return (b[1] - a[1]) * (c[0] - b[0]) <= (c[1] - b[1]) * (b[0] - a[0])
}

/** 0 = no scaling. */
function speedUpOf({speedup_ratio, decode_speedup_ratio}: EngineArgs, isDecode: boolean): number {
  const ratio = isDecode ? speedup_ratio * decode_speedup_ratio : speedup_ratio
  return ratio > 0 ? ratio : 1
}
