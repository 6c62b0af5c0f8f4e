import {createHash} from 'node:crypto'
import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import {defaultPlannerConfig} from '../../src/config/planner/planner-config.ts'
import {
  type EngineArgs,
  type EngineTiming,
  type PlannerConfig,
  type Scaling,
  type Scenario,
  scalingBy,
} from '../../src/config/scenario.ts'
import {RunError} from '../../src/core/result.ts'
import type {PerfModel} from '../../src/perf/perf-model.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import * as clusterPolicies from '../../src/policies/create-cluster-policy.ts'
import type {LaterParts} from '../../src/run/later-parts.ts'
import type {RunProgress, RunResult} from '../../src/run/run.ts'
import {simulate} from '../../src/run/simulate.ts'
import {parseMooncake} from '../../src/trace/formats/mooncake.ts'
import type {Workload} from '../../src/trace/workload.ts'

/** One line of a Mooncake trace. */
export interface TraceLine {
  readonly timestamp?: number
  readonly input_length: number
  readonly output_length: number
  readonly hash_ids: readonly number[]
  readonly session_id?: string
  readonly delay?: number
}

export interface ReplayOptions {
  readonly lines: readonly TraceLine[]
  readonly args?: Partial<EngineArgs>
  readonly workers?: number
  readonly planner?: PlannerConfig | null
  readonly plannerPhaseShiftS?: number
  /** Instead of a planner: so many instances from so many seconds on. */
  readonly steps?: readonly (readonly [atS: number, instances: number])[]
  readonly drainLimitS?: number
  readonly perf?: PerfModel
  readonly arrivalSpeedupRatio?: number
}

interface ReplayParts {
  readonly perf?: PerfModel
  readonly later?: LaterParts
}

export interface Replay {
  readonly result: RunResult
  readonly workload: Workload
  readonly progress: readonly RunProgress[]
}

/** Tokens of one hash id in the traces of the laws: small, so that short prompts span several ids. */
export const TRACE_BLOCK_SIZE = 64

/**
 * The runs of the laws take milliseconds. One that goes on for this long is in a livelock that its guard missed: an
 * error that names the scenario then, instead of a test that never ends.
 */
const DEADLINE_MS = 10_000

/** Replays lines through the reader, the engine and the planner, as the page and the command line do. */
export function replay(options: ReplayOptions): Replay {
  return replayScenario(scenarioOf(options), readTrace(options), {perf: options.perf ?? polynomialModel})
}

/** Any scenario on any traffic. `later` holds what its release and its policy load besides. */
export function replayScenario(
  scenario: Scenario,
  workload: Workload,
  {perf = polynomialModel, later = {clusterPolicies, parts16: null}}: ReplayParts = {},
): Replay {
  const run = simulate({
    scenario,
    workload,
    traceSha256: '0'.repeat(64),
    perfModelFor: () => perf,
    bootstrap: null,
    prefillEstimate: null,
    later,
    clock: () => 0,
  })
  const progress: RunProgress[] = []
  const startedAt = performance.now()
  for (;;) {
    const next = run.next()
    if (next.done) return {result: next.value, workload, progress}
    progress.push(next.value)
    if (performance.now() - startedAt > DEADLINE_MS) {
      throw new Error(`no end in sight at ${next.value.simulatedMs} ms`)
    }
  }
}

/** As `replay`; an input the run cannot finish with gives its `RunError`, any other error is thrown on. */
export function tryReplay(options: ReplayOptions): Replay | RunError {
  try {
    return replay(options)
  } catch (error) {
    if (error instanceof RunError) return error
    throw error
  }
}

export function readTrace({lines, arrivalSpeedupRatio = 1}: ReplayOptions): Workload {
  const text = lines.map(line => JSON.stringify(line)).join('\n')
  const read = parseMooncake(text, {fileName: 'law', traceBlockSize: TRACE_BLOCK_SIZE, arrivalSpeedupRatio})
  if (!read.ok) throw new Error(read.error.message)
  return read.value
}

export function scenarioOf(options: ReplayOptions): Scenario {
  const {args = {}, workers = 1, planner = null, perf = polynomialModel, arrivalSpeedupRatio = 1} = options
  const {plannerPhaseShiftS = 0, steps, drainLimitS} = options
  const engineTiming: EngineTiming = perf.timing
  return {
    trace: {kind: 'file', name: 'law', sha256: '0'.repeat(64)},
    traceBlockSize: TRACE_BLOCK_SIZE,
    arrivalSpeedupRatio,
    fleet: {
      topology: 'agg',
      workers: {args: {...defaultEngineArgs(), ...args}, initialWorkers: workers, gpusPerInstance: null},
    },
    routerMode: 'round_robin',
    engineTiming,
    scaling: steps === undefined ? scalingBy(planner, plannerPhaseShiftS) : scheduleOf(steps),
    benchmarkGranularity: 8,
    seed: 0,
    ...(drainLimitS === undefined ? {} : {drainLimitS}),
  }
}

function scheduleOf(steps: NonNullable<ReplayOptions['steps']>): Scaling {
  return {policy: 'schedule', config: {steps: steps.map(([at, decode]) => ({at, decode}))}}
}

/** The reference's defaults with both scalings on, at intervals that a short trace crosses many times. */
export function plannerConfig(overrides: Partial<PlannerConfig> = {}): PlannerConfig {
  return {
    ...defaultPlannerConfig,
    mode: 'agg',
    optimization_target: 'sla',
    enable_throughput_scaling: true,
    enable_load_scaling: true,
    throughput_adjustment_interval: 10,
    load_adjustment_interval: 2,
    ttft: 200,
    itl: 20,
    load_predictor: 'constant',
    ...overrides,
  }
}

/** Checksum of every recorded byte of a run: columns, instances, ticks, report. */
export function digestOf({result}: Replay): string {
  const hash = createHash('sha256')
  for (const column of Object.values(result.engine.requests)) {
    if (ArrayBuffer.isView(column))
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  const {gapMs, count, length} = result.engine.tokenGaps
  hash.update(JSON.stringify([[...gapMs.subarray(0, length)], [...count.subarray(0, length)]]))
  hash.update(JSON.stringify([result.engine.workers, result.engine.endMs, result.scaling, result.report]))
  return hash.digest('hex')
}
