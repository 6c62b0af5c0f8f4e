// What the cases of test/golden put on the reference's command line.

export const workers = count => ['--num-workers', String(count)]
export const engine = args => ['--extra-engine-args', JSON.stringify(args)]

/** One pool; `more` follows. */
export const plain = (trace, args, count = 1, more = []) => ({
  trace,
  argv: [...engine(args), ...workers(count), ...more],
})

export const pools = (prefill, decode, p, d) => [
  '--prefill-engine-args',
  JSON.stringify(prefill),
  '--decode-engine-args',
  JSON.stringify(decode),
  '--num-prefill-workers',
  String(p),
  '--num-decode-workers',
  String(d),
]

/** A planner with targets that these traces strain, and short intervals. */
export function planner(mode, change = {}) {
  const config = {
    mode,
    optimization_target: 'sla',
    ttft: 800,
    itl: 30,
    enable_throughput_scaling: true,
    enable_load_scaling: true,
    throughput_adjustment_interval: 60,
    load_adjustment_interval: 5,
    prefill_engine_num_gpu: 1,
    decode_engine_num_gpu: 1,
    report_filename: 'report.html',
    ...change,
  }
  return ['--planner-config', JSON.stringify(config)]
}

export const blocks = size => ['--trace-block-size', String(size)]
