/**
 * Makes src/ui/panels/guide/bench-figures.json anew: the benches that the guide tells of.
 *
 *     node tools/guide/bench-figures.mjs [FOLDER]
 *
 * A bench whose result is in FOLDER already is taken as it is; the day takes an hour on two cores.
 */
import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import process from 'node:process'
import {fileURLToPath} from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = process.argv[2] ?? join(root, 'node_modules', '.cache', 'guide-benches')

const H200 =
  '{"aic_backend":"vllm","aic_system":"h200_sxm","aic_model_path":"nvidia/Llama-3.1-8B-Instruct-FP8","aic_tp_size":1,"startup_time":120}'

const BENCHES = {
  hour: [
    ...['static-traces/toolagent-hour.jsonl.gz', '--engine-timing', 'polynomial', '--num-workers', '2'],
    ...['--extra-engine-args', '{"startup_time": 60}', '--objective', 'ttft=2000,itl=100,share=0.95'],
    ...['--phases', '3', '--attempts', '24', '--policies', 'fixed,dynamo,hpa,kpa,hindsight'],
  ],
  day: [
    ...['generated:day-morning-ramp', '--trace-block-size', '512', '--num-workers', '2'],
    ...['--extra-engine-args', H200, '--objective', 'ttft=1500,itl=50,share=0.95'],
    ...[
      '--phases',
      '2',
      '--most-replicas',
      '5',
      '--attempts',
      '6',
      '--policies',
      'fixed,dynamo,hpa,hindsight',
    ],
  ],
}

const quoted = argument => (/[^\w./:=,-]/.test(argument) ? `'${argument}'` : argument)

const figures = {}
for (const [name, flags] of Object.entries(BENCHES)) {
  const out = join(folder, name)
  const result = join(out, 'bench.json')
  if (!existsSync(result)) {
    const argv = [join(root, 'tools', 'replay.mjs'), 'bench', ...flags, '--out', out, '--progress']
    const {status} = spawnSync(process.execPath, argv, {cwd: root, stdio: 'inherit'})
    if (status !== 0) throw new Error(`the bench of the ${name} failed`)
  }
  const {policies, hindsight, least_work, verdict} = JSON.parse(readFileSync(result, 'utf8'))
  figures[name] = {
    command: `npm run --silent replay -- bench ${flags.map(quoted).join(' ')} --out bench/`,
    policies: policies.map(({id, label, runs, holds, share_in_time, ttft_ms_p90, gpu_hours, scalings}) => ({
      id,
      label,
      runs,
      holds,
      share_in_time,
      ttft_ms_p90,
      gpu_hours,
      scalings,
    })),
    attempts: hindsight?.runs ?? 0,
    least_work_gpu_hours: least_work?.gpu_hours ?? null,
    verdict,
  }
}
const target = join(root, 'src', 'ui', 'panels', 'guide', 'bench-figures.json')
writeFileSync(target, `${JSON.stringify(figures, null, 2)}\n`)
