import type {Calibration} from './calibration.ts'
import type {PlannerConfig} from './planner/planner-shape.ts'
import type {PlannerConfig16} from './planner/planner-shape-1.6.ts'
import type {Release} from './release.ts'
import type {AutoscalerName, PolicyDocument} from './scaling/parse-policy-text.ts'
import type {ScheduleDocument} from './scaling/parse-schedule.ts'
import type {StartupSpec} from './startup/startup-spec.ts'
import type {TraceFormatOptions, TraceSelection} from './trace-options.ts'

export type {OptimizationTarget, PlannerConfig, PlannerMode} from './planner/planner-shape.ts'

/**
 * The one description of a run: what is replayed, on which fleet, under which planner.
 * Field names of engine args and planner config are the reference's own (snake_case), so that a scenario,
 * a command line, a JSON payload and a report read alike. Defaults: engine.md 3.1, planner.md 1.2.
 */

/** Where forward-pass times come from (contracts.md 1). */
export type EngineTiming = 'aic' | 'polynomial' | 'profile' | 'fixed'

export type EngineType = 'vllm' | 'sglang' | 'trtllm'
export type PreemptionMode = 'lifo' | 'fifo'
export type RouterMode = 'round_robin' | 'kv_router'
export type WorkerType = 'aggregated' | 'prefill' | 'decode'

/** Options of the SGLang scheduler (engine.md 7.1). Token counts; null = the reference's default. */
export interface SglangArgs {
  readonly schedule_policy: string | null
  readonly page_size: number | null
  readonly max_prefill_tokens: number | null
  readonly chunked_prefill_size: number | null
  readonly clip_max_new_tokens: number | null
  readonly schedule_conservativeness: number | null
}

/** Engine args of one pool (engine.md 3.1), after parsing: defaults filled in, ranges checked. */
export interface EngineArgs extends EngineArgs16 {
  readonly engine_type: EngineType
  /** KV capacity per instance, in blocks. */
  readonly num_gpu_blocks: number
  /** Tokens per KV block; never 0 here (0 in the input means the engine's default). */
  readonly block_size: number
  /** Running requests per instance; null = unlimited. */
  readonly max_num_seqs: number | null
  /** Token budget of one pass; null = unlimited. */
  readonly max_num_batched_tokens: number | null
  readonly enable_prefix_caching: boolean
  readonly enable_chunked_prefill: boolean
  /** Divides every pass time; 0 = no scaling. */
  readonly speedup_ratio: number
  readonly decode_speedup_ratio: number
  readonly dp_size: number
  /** Seconds from the scaling decision until a new instance serves; null or 0 = at once. */
  readonly startup_time: number | null
  readonly worker_type: WorkerType
  /** Path or name of an NPZ profile (engine.md 4.4). */
  readonly planner_profile_data: string | null
  readonly aic_backend: string | null
  readonly aic_system: string | null
  readonly aic_model_path: string | null
  readonly aic_backend_version: string | null
  readonly aic_tp_size: number | null
  readonly aic_moe_tp_size: number | null
  readonly aic_moe_ep_size: number | null
  readonly aic_attention_dp_size: number | null
  /** KV cache bytes per token, for the disaggregated transfer delay. */
  readonly kv_bytes_per_token: number | null
  /** GB/s (1e9 bytes per second). */
  readonly kv_transfer_bandwidth: number | null
  readonly preemption_mode: PreemptionMode
  readonly router_queue_policy: string | null
  readonly sglang: SglangArgs | null
}

/** Engine args that 1.6.1 alone knows; absent = its default. */
export interface EngineArgs16 {
  /** Tokens of prompt and output together; absent = no limit. */
  readonly max_model_len?: number
  /** Passes that only decode after one that computed prompts (SGLang); absent = none. */
  readonly prefill_decode_interval?: number
  /** What of a prompt is sent from prefill to decode: all of it, or what the destination has not got. */
  readonly kv_transfer_timing_mode?: KvTransferTimingMode
  /** Where this pool's pass times come from, if not where the scenario says. */
  readonly timing?: EngineTiming
  /** Pass times of the timing `fixed`, in ms. */
  readonly fixed_prefill_ms?: number
  readonly fixed_decode_ms?: number
  /** `num_gpu_blocks` is worked out from the memory of the GPU, of which the KV cache gets this share. */
  readonly estimates_num_gpu_blocks?: boolean
  readonly gpu_memory_utilization?: number
  readonly mem_fraction_static?: number
  readonly free_gpu_memory_fraction?: number
  readonly cuda_graph_reserved_bytes?: number
  /** GPUs of one instance are these times `dp_size` times `prefill_context_parallel_size`. */
  readonly tensor_parallel_size?: number
  readonly prefill_context_parallel_size?: number
}

export type KvTransferTimingMode = 'full_prompt' | 'destination_missing'

/** Options of the KV router that 1.6.1 alone knows; absent = 0. */
export interface RouterConfig16 {
  /** How fast the credit for cached blocks falls with the load of an instance. */
  readonly overlap_score_credit_decay?: number
  /** Cost of each request an instance has, in blocks. */
  readonly decode_active_request_weight?: number
}

/** KV router options (engine.md 8.8). */
export interface RouterConfig extends RouterConfig16 {
  readonly overlap_score_credit: number
  readonly prefill_load_scale: number
  readonly router_temperature: number
  readonly router_queue_threshold: number | null
  readonly router_queue_policy: string
  readonly router_track_active_blocks: boolean
  readonly router_track_prefill_tokens: boolean
  readonly router_assume_kv_reuse: boolean
  readonly router_prefill_load_model: string
}

/** The model whose GPU tables tell the KV router how long a prompt takes: the reference's `--aic-*` flags. */
export interface AicPerfConfig {
  readonly aic_backend: string
  readonly aic_system: string
  readonly aic_model_path: string
  readonly aic_backend_version: string | null
  readonly aic_tp_size: number
}

/** Options of the reference's generated traffic (engine.md 2). Token counts, ms; the keys are its flags'. */
export interface SyntheticSpec {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly request_count: number
  readonly arrival_interval_ms: number
  readonly turns_per_session: number
  readonly shared_prefix_ratio: number
  readonly num_prefix_groups: number
  readonly inter_turn_delay_ms: number
  /** Of 1.6.1: requests per second, exponentially spaced; takes the place of the interval. */
  readonly request_rate?: number
  readonly arrival_seed?: number
}

/** Bounds in ms of the report's goodput; those not given are not tested. The end-to-end one comes alone. */
export interface ReportedSla {
  readonly ttftMs?: number
  readonly itlMs?: number
  readonly e2eMs?: number
}

/** What traffic is replayed. A trace is named, never embedded: the host finds the bytes. */
export type TraceSource = {readonly kind: 'catalogue'; readonly id: string} | FileSource

/** A file of the user's own, or one at an address that a link names. */
export interface FileSource {
  readonly kind: 'file'
  readonly name: string
  /** Lower-case hex; '' = not known yet, any file of that name or at that address. */
  readonly sha256: string
  /** https; nothing is fetched from there until the user says so. */
  readonly url?: string
}

export function isSameTrace(a: TraceSource, b: TraceSource): boolean {
  if (a.kind === 'catalogue') return b.kind === 'catalogue' && a.id === b.id
  if (b.kind !== 'file' || a.name !== b.name || a.sha256 !== b.sha256) return false
  return a.sha256 !== '' || a.url === b.url
}

/** Pools by the names they have in events and reports. */
export type PoolName = 'agg' | 'prefill' | 'decode'

/** One pool of equal instances. */
export interface PoolSpec {
  readonly args: EngineArgs
  readonly initialWorkers: number
  /** What one instance costs; null = not said: then what a planner's config says, else the engine args' parallelism. */
  readonly gpusPerInstance: number | null
}

/** A model on a GPU, and how it is spread there, in the words of the engine args. */
export type AicIdentity = Pick<
  EngineArgs,
  | 'aic_backend'
  | 'aic_system'
  | 'aic_model_path'
  | 'aic_backend_version'
  | 'aic_tp_size'
  | 'aic_moe_tp_size'
  | 'aic_moe_ep_size'
  | 'aic_attention_dp_size'
>

/** Engines by what is asked of them; in an aggregated fleet they are the same. */
export interface BenchmarkModels {
  readonly prefill: AicIdentity
  readonly decode: AicIdentity
}

/** Aggregated serving has one pool; disaggregated has a prefill and a decode pool. */
export type Fleet =
  | {readonly topology: 'agg'; readonly workers: PoolSpec}
  | {readonly topology: 'disagg'; readonly prefill: PoolSpec; readonly decode: PoolSpec}

/** Dynamo's planner, with the config that its release reads. */
export type DynamoScaling = DynamoScalingOf<'1.2.1', PlannerConfig> | DynamoScaling16

interface DynamoScaling16 extends DynamoScalingOf<'1.6.1', PlannerConfig16> {
  /**
   * Which of the orders, random in the release, its planner's samples are kept in; absent or 0 = that of their keys,
   * which is one of them.
   */
  readonly sampleOrderSeed?: number
}

interface DynamoScalingOf<R extends Release, Config> {
  readonly policy: 'dynamo'
  readonly release: R
  readonly config: Config
  /** Seconds by which the planner's ticks begin later than the reference's; absent = 0. */
  readonly phaseShiftS?: number
}

/** Nobody scales: the initial instances serve to the end. */
export interface FixedScaling {
  readonly policy: 'fixed'
}

/** An autoscaler of Kubernetes, with settings that `parse-autoscaler.ts` reads. */
export interface AutoscalerScaling {
  readonly policy: AutoscalerName
  readonly config: PolicyDocument
  /** Seconds by which its loops begin later; absent = 0. */
  readonly phaseShiftS?: number
}

/** A table of replicas by time, which `parse-schedule.ts` reads. */
export interface ScheduleScaling {
  readonly policy: 'schedule'
  readonly config: ScheduleDocument
}

/** Who changes the number of instances while the run goes on, and by what rules. */
export type Scaling = DynamoScaling | FixedScaling | AutoscalerScaling | ScheduleScaling

/** What is to be kept: by this a result is judged, whatever a policy aims at. */
export interface ServiceObjective {
  /** Of every request, ms. */
  readonly ttftMs: number
  /** Of every request's mean gap between tokens, ms. */
  readonly itlMs: number
  /** Share of the completed requests that must keep both for the run to meet it, in (0, 1]. */
  readonly share: number
}

export interface Scenario {
  /** Generation of the engine; absent = 1.2.1. */
  readonly release?: Release
  /** Of 1.6.1: nothing after this simulated time happens; absent = the run has its end. */
  readonly maxSimTimeMs?: number
  /** Of 1.6.1: what instances cache is known to the KV router so much later; absent = at once. */
  readonly kvEventLagMs?: number
  /** Of 1.6.1: bounds by which its report counts good requests; absent = none. */
  readonly reportedSla?: ReportedSla
  readonly trace: TraceSource
  /** Generated traffic; the trace then only waits to be used again. */
  readonly synthetic?: SyntheticSpec
  /** Tokens one hash id of the trace stands for. */
  readonly traceBlockSize: number
  readonly arrivalSpeedupRatio: number
  /** How the trace's bytes are read; absent = told from the content. */
  readonly traceFormat?: TraceFormatOptions
  /** Which part of the trace is replayed; absent = all of it. */
  readonly traceSelection?: TraceSelection
  /** The trace, one of `static-traces/`, is generated with this seed instead of being read; absent = as it is. */
  readonly traceSeed?: number
  readonly fleet: Fleet
  readonly routerMode: RouterMode
  /** Options of the KV router; absent = the reference's defaults. */
  readonly routerConfig?: RouterConfig
  /** What a KV router with `router_prefill_load_model: aic` asks. */
  readonly aicPerf?: AicPerfConfig
  /** Closed-loop replay: requests in flight at the most, arrival times being ignored. Absent = as the trace says. */
  readonly replayConcurrency?: number
  readonly engineTiming: EngineTiming
  readonly scaling: Scaling
  /** How new instances of every pool start; absent = as the engine args' `startup_time` says. */
  readonly startup?: StartupSpec
  /** Seconds that an instance told to stop may go on with its requests, which are then sent again; absent = as long as they take. */
  readonly drainLimitS?: number
  /** Absent = the planner's own targets, if there is a planner (`objectiveOf`). */
  readonly objective?: ServiceObjective
  /** What a measured run says of this one; absent = nobody compared it with one. */
  readonly calibration?: Calibration
  /** Points per axis of the AIC benchmark that bootstraps the planner's regressions (planner.md 9). */
  readonly benchmarkGranularity: number
  /** Of 1.6.1: what the planner's estimates start from, where the engine args name no GPU; absent = nothing. */
  readonly plannerModels?: Readonly<Partial<Record<WorkerType, AicIdentity>>>
  readonly seed: number
}

/** The pool that requests meet first. */
export function firstPoolOf(fleet: Fleet): PoolSpec {
  return fleet.topology === 'agg' ? fleet.workers : fleet.prefill
}

/** The pools of a fleet in the order requests pass them. */
export function poolsOf(fleet: Fleet): readonly (readonly [PoolName, PoolSpec])[] {
  return fleet.topology === 'agg'
    ? [['agg', fleet.workers]]
    : [
        ['prefill', fleet.prefill],
        ['decode', fleet.decode],
      ]
}

/** Config of Dynamo's planner as far as all releases know it; null under any other policy. */
export function plannerOf({scaling}: Pick<Scenario, 'scaling'>): PlannerConfig | null {
  return scaling.policy === 'dynamo' ? scaling.config : null
}

/** Whether a policy's ticks are at moments of its own choosing, so that they can begin later. */
export function hasPhase(scaling: Scaling): scaling is DynamoScaling | AutoscalerScaling {
  return scaling.policy !== 'fixed' && scaling.policy !== 'schedule'
}

/** Seconds by which the policy's ticks begin late. */
export function phaseShiftOf({scaling}: Pick<Scenario, 'scaling'>): number {
  return hasPhase(scaling) ? (scaling.phaseShiftS ?? 0) : 0
}

/** 0 = samples are kept in the order of their keys, as 1.2.1 always does. */
export function sampleOrderSeedOf({scaling}: Pick<Scenario, 'scaling'>): number {
  return scaling.policy === 'dynamo' && scaling.release === '1.6.1' ? (scaling.sampleOrderSeed ?? 0) : 0
}

/** Dynamo's planner in the loop with this config, or, without one, a fixed fleet, which has no phase. */
export function scalingBy(planner: PlannerConfig | null, phaseShiftS = 0): Scaling {
  if (planner === null) return {policy: 'fixed'}
  const phase = phaseShiftS === 0 ? {} : {phaseShiftS}
  return {policy: 'dynamo', release: '1.2.1', config: planner, ...phase}
}

/** The same policy with its ticks later by so much; what has no ticks of its own stays as it is. */
export function withPhase(scaling: Scaling, phaseShiftS: number): Scaling {
  if (!hasPhase(scaling)) return scaling
  const {phaseShiftS: _, ...same} = scaling
  return phaseShiftS === 0 ? same : {...same, phaseShiftS}
}
