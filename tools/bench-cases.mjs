/** What `npm run bench` runs on a trace: flags of ours, and for 1.6.1, which has none, the keywords of its replay call. */
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The planner of the published experiment; without GPU tables, so the reference needs none either. */
const PUBLISHED_PLANNER = JSON.parse(readFileSync(join(root, 'tools/sweep/published-planner.json'), 'utf8'))
const plannerArgs = engine => [
  '--planner-config',
  JSON.stringify({...PUBLISHED_PLANNER, report_filename: 'bench.html'}),
  '--extra-engine-args',
  engine,
  '--num-workers',
  '2',
]
const GPU_ENGINE = JSON.stringify({
  aic_backend: 'vllm',
  aic_system: 'h200_sxm',
  aic_model_path: 'nvidia/Llama-3.1-8B-Instruct-FP8',
})
export const PLANNER_ARGS = plannerArgs('{}')
export const GPU_PLANNER_ARGS = plannerArgs(GPU_ENGINE)
const STATIC_ARGS = ['--extra-engine-args', '{}', '--num-workers', '8']
const GPU_ARGS = ['--extra-engine-args', GPU_ENGINE, '--num-workers', '8']
export const POLYNOMIAL = ['--engine-timing', 'polynomial']

/** The same under 1.6.1, as keywords of its replay call, which are flags here. */
const PLANNER_CALL = {
  num_workers: 2,
  extra_engine_args: {engine: {worker_type: 'aggregated'}},
  planner_config: {
    mode: 'agg',
    optimization_target: 'sla',
    ttft_ms: 1500,
    itl_ms: 50,
    enable_throughput_scaling: true,
    enable_load_scaling: true,
    throughput_adjustment_interval_seconds: 300,
    load_adjustment_interval_seconds: 10,
    prefill_engine_num_gpu: 1,
    decode_engine_num_gpu: 1,
    report_interval_hours: null,
    live_dashboard_port: 0,
    scheduling: {tick_max_duration_seconds: 1e9},
  },
}
const STATIC_CALL = {num_workers: 8, extra_engine_args: {engine: {worker_type: 'aggregated'}}}

function flagsOf(call) {
  return Object.entries(call).flatMap(([key, value]) => [
    `--${key.replaceAll('_', '-')}`,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
}

/** @param length of the trace, the bundled hour being 1 */
export function casesOf(name, length, trace) {
  const of12 = {release: '1.2.1', length, trace}
  const of16 = {release: '1.6.1', length, trace}
  const flags16 = call => ['--dynamo', '1.6.1', ...flagsOf(call)]
  return [
    {...of12, name: `${name}, planner`, args: PLANNER_ARGS},
    {...of16, name: `${name}, planner, 1.6.1`, args: flags16(PLANNER_CALL), call: PLANNER_CALL},
    {...of12, name: `${name}, 8 workers`, args: STATIC_ARGS},
    {...of16, name: `${name}, 8 workers, 1.6.1`, args: flags16(STATIC_CALL), call: STATIC_CALL},
    {...of12, name: `${name}, 8 workers, GPU timing`, args: GPU_ARGS, timing: [], isOurs: true},
  ]
}
