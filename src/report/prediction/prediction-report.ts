import type {EngineRecord} from '../../engine/record/record.ts'
import type {PolicyDetail} from '../../policies/policy-detail.ts'
import type {ScalingRecord} from '../../scaling/record.ts'
import type {Report} from '../report.ts'
import {lifecycleOperations} from './lifecycle.ts'
import {plannerTicks} from './planner-ticks.ts'
import {predictionRequests} from './prediction-requests.ts'

export interface PredictedRun {
  readonly report: Report
  readonly engine: EngineRecord
  /** null for a fleet nobody scales. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
}

export interface PredictionReportOptions {
  readonly capturesRequests: boolean
  /** Benchmark passes that the planner's regressions started from, by kind; null = it started empty, or needs none. */
  readonly bootstrap: {readonly prefill: number; readonly decode: number} | null
  readonly mode: 'agg' | 'disagg'
  readonly benchmarkGranularity: number
}

/**
 * What `aisimulate predict --stack dynamo` writes to prediction.json, as far as a replay here knows it. Left out are the
 * digests of the reference's own objects, variances of passes, and histories of requests beyond their times.
 */
export function predictionReport(
  run: PredictedRun,
  options: PredictionReportOptions,
): Record<string, unknown> {
  const {planner_replay: _, ...summary} = run.report
  const requests = options.capturesRequests ? predictionRequests(run.engine) : null
  return {
    coverage: {
      capture_per_request: options.capturesRequests,
      capture_planner_details: run.scaling !== null,
      per_request_records: requests?.length ?? 0,
    },
    per_request: requests,
    planner: run.scaling === null ? null : plannerDetails(run.scaling, run.engine, options),
    summary,
  }
}

const PLUGINS = ['builtin_load_predict', 'builtin_load_propose', 'builtin_throughput_propose']

function plannerDetails(
  planner: ScalingRecord<PolicyDetail>,
  engine: EngineRecord,
  {mode, benchmarkGranularity, bootstrap}: PredictionReportOptions,
): Record<string, unknown> {
  return {
    html_report_path: null,
    lifecycle_operations: lifecycleOperations(
      engine,
      planner.ticks.map(({at_s}) => at_s * 1000),
    ),
    metadata: {
      benchmark_granularity: benchmarkGranularity,
      ...(bootstrap === null
        ? {}
        : {
            bootstrap: {
              benchmark_granularity: benchmarkGranularity,
              decode_fpm_count: bootstrap.decode,
              prefill_fpm_count: bootstrap.prefill,
              status: 'installed',
            },
          }),
      builtin_plugin_ids: PLUGINS,
      configured_plugin_identities: [],
      details_captured: true,
      mode,
      pipeline_schema_version: 'planner-plugin-pipeline.v1',
      plugin_pipeline: PLUGINS.map(id => ({plugin_id: id, source: 'builtin'})),
    },
    scaling_events: planner.scalingEvents,
    ticks: plannerTicks(planner.ticks),
    total_ticks: planner.totalTicks,
  }
}
