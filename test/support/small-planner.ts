/** A planner that looks at load every three seconds, for traces of a few minutes. */
export const SMALL_PLANNER = {
  optimization_target: 'sla',
  ttft: 400,
  itl: 20,
  enable_throughput_scaling: false,
  enable_load_scaling: true,
  load_adjustment_interval: 3,
  decode_engine_num_gpu: 1,
} as const
