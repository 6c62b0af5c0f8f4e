import type {EngineTiming} from '../config/scenario.ts'
import type {Finding} from './findings/finding.ts'
import type {PoolHours} from './gpu-hours.ts'
import type {ServiceBurn} from './service-burn.ts'

/** The reference's report JSON (engine.md 11), key for key, plus our `planner_replay` object (contracts.md 3). */
export type Distribution =
  | 'ttft_ms'
  | 'ttst_ms'
  | 'tpot_ms'
  | 'itl_ms'
  | 'e2e_latency_ms'
  | 'output_token_throughput_per_user'
export type Statistic = 'mean' | 'min' | 'max' | 'median' | 'p75' | 'p90' | 'p95' | 'p99' | 'std'

export type DistributionStatistics = {readonly [K in `${Statistic}_${Distribution}`]: number}

export interface ReferenceReport extends DistributionStatistics {
  readonly num_requests: number
  readonly completed_requests: number
  readonly total_input_tokens: number
  readonly total_output_tokens: number
  readonly duration_ms: number
  readonly request_throughput_rps: number
  readonly input_throughput_tok_s: number
  readonly output_throughput_tok_s: number
  readonly total_throughput_tok_s: number
  readonly prefix_cache_reused_ratio: number
  readonly processed_tokens: number
  /** Host-dependent, as are the two rates below. */
  readonly wall_time_ms: number
  readonly processed_tokens_per_s: number
  readonly processed_output_tokens_per_s: number
}

/** What the report of 1.6.1 has in addition. */
export interface ReportAdditions16 {
  readonly committed_prefill_tokens: number
  readonly prefill_worker_seconds: number
  readonly decode_worker_seconds: number
  readonly prefill_gpus_per_worker: number
  readonly decode_gpus_per_worker: number
  readonly gpu_hours: number
  readonly first_admission_prefix_cache_reused_ratio: number
  readonly num_ttft_samples: number
  readonly num_tpot_samples: number
  readonly num_e2e_latency_samples: number
  readonly kv_eviction_policy: string
  /** Never known on this path. */
  readonly power_w: null
  readonly power_coverage: null
  /** Only where bounds were given. */
  readonly goodput_completed_requests?: number
  readonly goodput_request_throughput_rps?: number
  readonly goodput_output_throughput_tok_s?: number
  /** Only of agentic traces: plays, of which those are completed of which every request is. */
  readonly total_trajectories?: number
  readonly completed_trajectories?: number
  readonly incomplete_trajectories?: number
  /** From the first arrival of a completed play to its last token; with the other statistics of a distribution. */
  readonly mean_trajectory_e2e_latency_ms?: number
  /** Only of Weka recordings: how the times of their sub-agents' requests were read. */
  readonly weka_nested_timestamp_basis?: string
}

/** By `RELATIVE_ERROR` of `core/sketch/log-bins.ts`. */
export const SKETCHED_PERCENTILES = 'within 0.1 %'

/** Instances that were ended with requests on them, and those requests, which were sent again. */
export interface DrainLimitReport {
  readonly limit_s: number
  readonly ended_instances: number
  readonly migrated_requests: number
  /** More than the requests, where some were moved more than once. */
  readonly migrations: number
  /** Tokens that these had emitted and that were computed again as part of their prompts. */
  readonly carried_tokens: number
}

export interface PlannerReplayExtras {
  readonly version: string
  readonly config: unknown
  readonly trace_sha256: string
  readonly engine_timing: EngineTiming
  /** Release of ai-dynamo whose engine, and planner, were replayed. This and the three below are absent in runs saved before. */
  readonly dynamo?: string
  /** Who scaled. */
  readonly policy?: string
  /** What the run is judged by; null where nobody says. */
  readonly objective?: {readonly ttft_ms: number; readonly itl_ms: number; readonly share: number} | null
  readonly meets_objective?: boolean | null
  /** What percentiles are good for: all values were sorted, or their shares come from a sketch. */
  readonly percentiles?: 'exact' | typeof SKETCHED_PERCENTILES
  /** Share of completed requests with TTFT and TPOT within the objective; null without one. */
  readonly sla_attainment: number | null
  /** The same over time; absent without an objective, and in runs saved before. */
  readonly burn?: ServiceBurn
  readonly goodput_rps: number | null
  readonly gpu_hours: number
  readonly billed_gpu_hours: number
  /** Of a fleet of two pools, pool by pool; absent in runs saved before. */
  readonly billed_gpu_hours_by_pool?: PoolHours
  /** billed_gpu_hours x price; null without a price. */
  readonly cost: number | null
  /** Latencies as a measured run says they are; only of a scenario that was calibrated by one. */
  readonly calibrated?: CalibratedFigures
  /** Of a second run without the calibration; the command line adds it. */
  readonly uncalibrated?: UncalibratedFigures
  /** What the cost was made from; the page adds both where the user gave a price. */
  readonly price_per_gpu_hour?: number
  readonly currency?: string
  readonly outside_measured_share: number | null
  /** How often a policy other than Dynamo's planner changed the number of replicas. */
  readonly replica_changes?: number
  /** What a draining limit came to; absent without one. */
  readonly drain_limit?: DrainLimitReport
  /** Checksum of all the run computed (`run/digest.ts`): equal exactly for equal results. Points of a sweep have none. */
  readonly result_sha256?: string
  /** What an expert would say of the run; the command line and the page add them. */
  readonly findings?: readonly Finding[]
  /** Over the repeats; absent for a single run. */
  readonly spread?: ReportSpread
}

/** Latencies of the same scenario before its calibration, as a run of its own gave them, ms. */
export type UncalibratedFigures = Pick<
  DistributionStatistics,
  `${'mean' | 'median' | 'p90' | 'p99'}_${'ttft_ms' | 'itl_ms' | 'e2e_latency_ms'}`
>

/** Latencies and attainment with the overhead of a calibration, ms. */
export interface CalibratedFigures
  extends Pick<
    DistributionStatistics,
    `${'mean' | 'median' | 'p90' | 'p99'}_${'ttft_ms' | 'e2e_latency_ms'}`
  > {
  /** Name of the measured file. */
  readonly of: string
  readonly overhead_ms: number
  /** null without an objective, and where requests are not kept. */
  readonly sla_attainment: number | null
}

/** How far the figures depend on what nobody chooses: median and range of each over the repeats, under its name. */
export interface ReportSpread {
  readonly of: 'phase' | 'seed' | 'order'
  readonly runs: number
  /** Runs that hold the objective. */
  readonly holds: number
  readonly fragile: string | null
  readonly [figure: string]: ReportBand | string | number | null | undefined
}

export interface ReportBand {
  readonly min: number
  readonly median: number
  readonly max: number
}

export type Report = ReferenceReport &
  Partial<ReportAdditions16> & {readonly planner_replay: PlannerReplayExtras}
