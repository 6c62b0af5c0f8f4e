import type {PointFigures} from './points.ts'

/** Figures of a finished point, for tests of what is made of them. */
export const POINT_FIGURES: PointFigures = {
  num_requests: 10,
  completed_requests: 10,
  duration_ms: 1000,
  request_throughput_rps: 10,
  output_throughput_tok_s: 100,
  prefix_cache_reused_ratio: 0.5,
  mean_ttft_ms: 100,
  median_ttft_ms: 100,
  p90_ttft_ms: 200,
  p99_ttft_ms: 300,
  mean_itl_ms: 20,
  p90_itl_ms: 30,
  p99_itl_ms: 40,
  mean_e2e_latency_ms: 1000,
  p90_e2e_latency_ms: 2000,
  sla_attainment: 0.9,
  goodput_rps: 9,
  gpu_hours: 2,
  billed_gpu_hours: 2.5,
  scale_ups: 3,
  scale_downs: 2,
  total_ticks: 50,
  digest: 'd',
}
