import type {FinishedRow} from '../sweep/points.ts'

/** A row as a sweep writes it, with plausible figures. For tests. */
export function rowOf(own: Partial<FinishedRow>): FinishedRow {
  return {
    id: 'point',
    axes: {},
    repeat: 0,
    phase_shift_s: 0,
    trace_seed: null,
    key: '',
    num_requests: 100,
    completed_requests: 100,
    duration_ms: 1000,
    request_throughput_rps: 1,
    output_throughput_tok_s: 1,
    prefix_cache_reused_ratio: 0,
    mean_ttft_ms: 1000,
    median_ttft_ms: 900,
    p90_ttft_ms: 2000,
    p99_ttft_ms: 3000,
    mean_itl_ms: 20,
    p90_itl_ms: 30,
    p99_itl_ms: 40,
    mean_e2e_latency_ms: 5000,
    p90_e2e_latency_ms: 9000,
    sla_attainment: 0.5,
    goodput_rps: 1,
    gpu_hours: 2,
    billed_gpu_hours: 2,
    scale_ups: 1,
    scale_downs: 1,
    total_ticks: 10,
    digest: '',
    ...own,
  }
}
