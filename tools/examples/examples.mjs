/**
 * Makes src/ui/panels/examples/examples.json anew: the small finished results that empty views show.
 *
 *     node tools/examples/examples.mjs
 *
 * Every figure is what the command beside it prints; the checksum is that of the file it writes, or of the run's columns.
 * One worker runs them one after the other, so that the files come out the same again. A minute.
 */
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import process from 'node:process'
import {fileURLToPath} from 'node:url'
import {bundleAndImport} from '../bundle.mjs'

const {tellKnob} = await bundleAndImport('src/sweep/keys.ts')
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = mkdtempSync(join(tmpdir(), 'planner-replay-examples-'))

const TRACE = 'static-traces/toolagent-5min.jsonl.gz'
const OBJECTIVE = ['--objective', 'ttft=1500,itl=50,share=0.9']
const BASE = [TRACE, '--num-workers', '2', '--engine-timing', 'polynomial', ...OBJECTIVE]
const PLANNER = JSON.stringify({
  mode: 'agg',
  optimization_target: 'sla',
  ttft: 1500,
  itl: 50,
  enable_throughput_scaling: true,
  enable_load_scaling: true,
  load_adjustment_interval: 10,
  throughput_adjustment_interval: 300,
  decode_engine_num_gpu: 1,
})
const PLANNED = [...BASE, '--planner-config', PLANNER]

const quoted = argument => (/[^\w./:=,-]/.test(argument) ? `'${argument}'` : argument)
const commandOf = flags => `npm run --silent replay -- ${flags.map(quoted).join(' ')}`
const sha256 = text => createHash('sha256').update(text).digest('hex')

function replay(flags) {
  const argv = [join(root, 'tools', 'replay.mjs'), ...flags]
  const {status, stdout} = spawnSync(process.execPath, argv, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`${commandOf(flags)} failed`)
  return stdout
}

/** A run, as a line of the table. */
function run(label, flags) {
  const report = JSON.parse(replay([...flags, '--json']))
  const {sla_attainment: share, billed_gpu_hours: gpuHours, result_sha256} = report.planner_replay
  const line = {label, share, gpuHours, ttftMsP90: report.p90_ttft_ms, isOnFront: false}
  return {line, command: commandOf(flags), sha256: result_sha256}
}

function compare() {
  const runs = [run('Planner, from 2 replicas', PLANNED), run('2 replicas, fixed', BASE)]
  return {
    commands: runs.map(({command}) => command),
    sha256: runs.map(each => each.sha256),
    says: [tellPair(runs.map(({line}) => line))],
    lines: runs.map(({line}) => line),
  }
}

function tellPair([first, second]) {
  const points = ((second.share - first.share) * 100).toFixed(1)
  const times = (second.gpuHours / first.gpuHours).toFixed(1)
  return `The fixed fleet serves ${points} points more of the requests in time, for ${times} times the GPU-hours.`
}

const median = values => [...values].sort((a, b) => a - b)[(values.length - 1) >> 1]

function sweep() {
  const flags = ['sweep', ...PLANNED, '--vary', 'min_endpoint=1:5:1', '--repeats', '3', '--jobs', '1']
  const out = join(folder, 'sweep')
  const printed = replay([...flags, '--out', out])
  const text = readFileSync(join(out, 'sweep.jsonl'), 'utf8')
  const rows = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const values = [...new Set(rows.map(({axes}) => axes.min_endpoint))]
  return {
    commands: [commandOf([...flags, '--out', 'sweep/'])],
    sha256: [sha256(text)],
    // Between the table of the points and what the sweep took.
    says: printed.split('\n\n')[1].trim().split('\n').slice(0, 3),
    lines: values.map(value => {
      const own = rows.filter(({axes}) => axes.min_endpoint === value)
      return {
        label: `min_endpoint ${value}`,
        share: median(own.map(row => row.sla_attainment)),
        gpuHours: median(own.map(row => row.gpu_hours)),
        ttftMsP90: median(own.map(row => row.p90_ttft_ms)),
        isOnFront: true,
      }
    }),
  }
}

function bench() {
  const flags = [
    'bench',
    ...BASE,
    ...['--extra-engine-args', '{"startup_time": 20}', '--phases', '3', '--attempts', '12', '--jobs', '1'],
    ...['--policies', 'fixed,dynamo,hpa,kpa,hindsight'],
  ]
  const out = join(folder, 'bench')
  replay([...flags, '--out', out])
  const text = readFileSync(join(out, 'bench.json'), 'utf8')
  const {policies, verdict} = JSON.parse(text)
  return {
    commands: [commandOf([...flags, '--out', 'bench/'])],
    sha256: [sha256(text)],
    says: verdict,
    lines: policies.map(({id, label, share_in_time, gpu_hours, ttft_ms_p90}) => ({
      label,
      share: share_in_time.median,
      gpuHours: gpu_hours.median,
      ttftMsP90: ttft_ms_p90.median,
      isOnFront: id.startsWith('fixed-'),
    })),
  }
}

function recommend() {
  const flags = ['recommend', ...PLANNED, '--space', 'planner-sla', '--budget', '40', '--jobs', '1']
  const out = join(folder, 'recommend')
  const printed = replay([...flags, '--out', out])
  const text = readFileSync(join(out, 'recommend.json'), 'utf8')
  const {best, today, best_fixed_fleet, front} = JSON.parse(text)
  // As the search ranks them: by what is paid for.
  const line = (name, label, {share, billed_gpu_hours}, isOnFront = false) => ({
    name,
    label,
    share,
    gpuHours: billed_gpu_hours,
    ttftMsP90: null,
    isOnFront,
  })
  const nameOf = ({values}) =>
    Object.entries(values)
      .map(([path, value]) => tellKnob(path, value, '1.2.1', true))
      .join(', ')
  return {
    commands: [commandOf([...flags, '--out', 'recommended/'])],
    sha256: [sha256(text)],
    says: printed.split('\n\n')[0].trim().split('\n'),
    lines: [
      line('today', 'Today’s setting', today),
      line('recommended', `Recommended: ${nameOf(best)}`, best, true),
      line(
        'fixed fleet',
        `Best fixed fleet: ${tellKnob('num_workers', Number(best_fixed_fleet.fleet.split('=')[1]), '1.2.1', true)}`,
        best_fixed_fleet,
      ),
      ...front.filter(each => nameOf(each) !== nameOf(best)).map(each => line('', nameOf(each), each, true)),
    ],
  }
}

const examples = {share: 0.9, compare: compare(), sweep: sweep(), bench: bench(), recommend: recommend()}
const target = join(root, 'src', 'ui', 'panels', 'examples', 'examples.json')
writeFileSync(target, `${JSON.stringify(examples, null, 2)}\n`)
rmSync(folder, {recursive: true})
