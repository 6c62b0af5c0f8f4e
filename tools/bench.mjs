/**
 * `npm run bench`: what a run costs. Each case runs the built command line tool as a child process, several times;
 * the table shows medians over the runs. CPU time is user + system of the whole process, start-up included.
 *
 *   npm run bench -- [--runs 5] [--only TEXT] [--lengths 1,4,16] [--no-wide] [--json FILE]
 *
 * At the end stand ratios of runs of this one call (`bench-ratios.mjs`), which do not depend on the machine, beside those that
 * `bench-ratios.json` keeps; it ends with 1 where one is clearly worse.
 *
 * With PLANNER_REPLAY_REFERENCE_PYTHON set to a Python interpreter that has ai-dynamo 1.2.1 installed, and
 * PLANNER_REPLAY_REFERENCE16_PYTHON to one that has 1.6.1, the cases of that release run there too, `--reference-runs` times
 * each (default 1), up to the length `--reference-length` (default 1: the longer ones take it many minutes).
 */
import {spawnSync} from 'node:child_process'
import {createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {cpus, tmpdir} from 'node:os'
import {basename, dirname, join} from 'node:path'
import process from 'node:process'
import {finished} from 'node:stream/promises'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {gunzipSync, gzipSync} from 'node:zlib'
import {benchWide, compareRatios, deepRatios} from './bench-ratios.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = join(root, 'dist-cli', 'planner-replay.js')
const PYTHONS = {
  '1.2.1': process.env.PLANNER_REPLAY_REFERENCE_PYTHON,
  '1.6.1': process.env.PLANNER_REPLAY_REFERENCE16_PYTHON,
}
const options = readOptions(process.argv.slice(2))
const scratch = mkdtempSync(join(tmpdir(), 'planner-replay-bench-'))

/** The planner of the published experiment; without GPU tables, so the reference needs none either. */
const PUBLISHED_PLANNER = JSON.parse(readFileSync(join(root, 'tools/sweep/published-planner.json'), 'utf8'))
const PLANNER_ARGS = [
  '--planner-config',
  JSON.stringify({...PUBLISHED_PLANNER, report_filename: 'bench.html'}),
  '--extra-engine-args',
  '{}',
  '--num-workers',
  '2',
]
const STATIC_ARGS = ['--extra-engine-args', '{}', '--num-workers', '8']

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

async function main() {
  buildCli()
  const cases = (await listCases()).filter(({name}) => options.only === null || name.includes(options.only))
  if (cases.length === 0 && options.only !== 'wide')
    throw new Error(`no case has ${options.only} in its name`)
  const results = []
  printHeader()
  for (const each of cases) {
    const ours = measureMany(each, options.runs, runOurs)
    const reference = hasReference(each) ? measureMany(each, options.referenceRuns, runReference) : null
    const result = {name: each.name, length: each.length, ours, reference}
    results.push(result)
    printResult(result)
  }
  printGrowth(results)
  const site = siteBytes()
  if (site !== null)
    console.log(`\nFirst load of the site: ${(site / 1000).toFixed(1)} kB of gzipped JavaScript`)
  const measure = each => measureMany(each, options.runs, runOurs)
  const hasWide = options.wide && (options.only === null || options.only === 'wide')
  const ratios = {...deepRatios(results), ...(hasWide ? benchWide({scratch, measure}) : {})}
  if (compareRatios(ratios).length > 0) process.exitCode = 1
  if (options.json !== null)
    writeFileSync(options.json, `${JSON.stringify({...toJson(results, site), ratios}, null, 2)}\n`)
}

function readOptions(argv) {
  const text = {type: 'string'}
  const {values} = parseArgs({
    args: argv,
    options: {
      runs: text,
      only: text,
      lengths: text,
      json: text,
      'reference-runs': text,
      'reference-length': text,
      'no-wide': {type: 'boolean'},
    },
  })
  return {
    runs: Number(values.runs ?? 5),
    only: values.only ?? null,
    lengths: (values.lengths ?? '1,4,16').split(',').map(Number),
    json: values.json ?? null,
    wide: values['no-wide'] !== true,
    referenceRuns: Number(values['reference-runs'] ?? 1),
    referenceLength: Number(values['reference-length'] ?? 1),
  }
}

function buildCli() {
  const args = [
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    '--config',
    'vite.cli.config.ts',
    '--logLevel',
    'error',
  ]
  const built = spawnSync(process.execPath, args, {cwd: root, stdio: 'inherit'})
  if (built.status !== 0) throw new Error('the command line tool does not build')
}

/** The bundled hour at each length, under the planner and with 8 fixed workers, then the traces beside the repository. */
async function listCases() {
  const hour = await plainCopy(bundledHour())
  const cases = []
  for (const length of options.lengths) {
    const trace = length === 1 ? hour : await repeatTrace(hour, length)
    cases.push(...casesOf(`hour ${length}×`, length, trace))
  }
  for (const name of ['toolagent_like.jsonl', 'conversation_trace.jsonl']) {
    const trace = join(root, '..', 'shared', 'traces', name)
    if (!existsSync(trace)) continue
    cases.push(...casesOf(name, 1, trace))
  }
  return cases
}

function casesOf(name, length, trace) {
  const of12 = {release: '1.2.1', length, trace}
  const of16 = {release: '1.6.1', length, trace}
  const flags16 = call => ['--dynamo', '1.6.1', ...flagsOf(call)]
  return [
    {...of12, name: `${name}, planner`, args: PLANNER_ARGS},
    {...of16, name: `${name}, planner, 1.6.1`, args: flags16(PLANNER_CALL), call: PLANNER_CALL},
    {...of12, name: `${name}, 8 workers`, args: STATIC_ARGS},
    {...of16, name: `${name}, 8 workers, 1.6.1`, args: flags16(STATIC_CALL), call: STATIC_CALL},
  ]
}

function bundledHour() {
  const found = ['toolagent-hour.jsonl', 'toolagent-hour.jsonl.gz']
    .map(name => join(root, 'static-traces', name))
    .find(existsSync)
  if (found === undefined)
    throw new Error('static-traces has no toolagent-hour.jsonl or toolagent-hour.jsonl.gz')
  return found
}

/** Unpacked, so that both sides read the same bytes: the reference takes no gzip. */
async function plainCopy(path) {
  if (!path.endsWith('.gz')) return path
  const plain = join(scratch, basename(path, '.gz'))
  writeFileSync(plain, gunzipSync(readFileSync(path)))
  return plain
}

/** The trace `times` over: each copy starts one mean tick after the last arrival, with hash ids of its own. */
async function repeatTrace(path, times) {
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const last = lines.reduce((latest, {timestamp}) => Math.max(latest, timestamp), 0)
  const idCount = lines.reduce((most, {hash_ids}) => hash_ids.reduce((a, b) => Math.max(a, b), most), 0) + 1
  const repeated = join(scratch, `repeated-${times}.jsonl`)
  const out = createWriteStream(repeated)
  for (let copy = 0; copy < times; copy++) {
    const shiftMs = copy * (last + 3000)
    const shiftId = copy * idCount
    const shifted = lines.map(line =>
      JSON.stringify({
        ...line,
        timestamp: line.timestamp + shiftMs,
        hash_ids: line.hash_ids.map(id => id + shiftId),
      }),
    )
    out.write(`${shifted.join('\n')}\n`)
  }
  out.end()
  await finished(out)
  return repeated
}

function hasReference({length, release}) {
  return PYTHONS[release] !== undefined && length <= options.referenceLength
}

function measureMany(each, runs, run) {
  const samples = Array.from({length: runs}, () => run(each))
  const {requests, simulatedS} = samples[0]
  return {
    runs,
    requests,
    simulatedS,
    cpuS: median(samples.map(sample => sample.cpuS)),
    wallS: median(samples.map(sample => sample.wallS)),
    peakMb: median(samples.map(sample => sample.peakMb)),
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Loaded before the tool: writes what the process used when it ends. */
const NODE_PROBE = `import {writeFileSync} from 'node:fs'
process.on('exit', () => {
  const {userCPUTime, systemCPUTime, maxRSS} = process.resourceUsage()
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({cpuS: (userCPUTime + systemCPUTime) / 1e6, peakKb: maxRSS}))
})`

function runOurs({trace, args}) {
  const probe = `data:text/javascript,${encodeURIComponent(NODE_PROBE)}`
  return runChild(process.execPath, ['--import', probe, cli, trace, ...args, '--engine-timing', 'polynomial'])
}

const PYTHON_PROBE = `import atexit, json, os, resource, runpy, sys
def report():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open(os.environ['BENCH_USAGE'], 'w') as out:
        json.dump({'cpuS': used.ru_utime + used.ru_stime, 'peakKb': used.ru_maxrss}, out)
atexit.register(report)
`
const RUN_12 = `sys.argv[0] = 'replay'
runpy.run_module('dynamo.replay', run_name='__main__')`
/** 1.6.1 has no replay command any more. */
const RUN_16 = `import logging
logging.disable(logging.WARNING)
from dynamo.replay import run_trace_replay
done = run_trace_replay(sys.argv[1], **json.loads(sys.argv[2]))
with open(sys.argv[sys.argv.index('--report-json') + 1], 'w') as out:
    json.dump(done.summary, out)`

function runReference({trace, args, call, release}) {
  const given = call === undefined ? args : [JSON.stringify(call)]
  return runChild(PYTHONS[release], [
    '-c',
    PYTHON_PROBE + (call === undefined ? RUN_12 : RUN_16),
    trace,
    ...given,
  ])
}

function runChild(command, args) {
  const usagePath = join(scratch, 'usage.json')
  const reportPath = join(scratch, 'report.json')
  rmSync(usagePath, {force: true})
  rmSync(reportPath, {force: true})
  const startedAt = performance.now()
  const child = spawnSync(command, [...args, '--report-json', reportPath], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60 * 60_000,
    env: {...process.env, BENCH_USAGE: usagePath, DYN_LOG: 'error'},
  })
  const wallS = (performance.now() - startedAt) / 1000
  if (child.status !== 0)
    throw new Error(
      `${basename(command)} ended with ${child.status ?? child.signal}: ${child.stderr.slice(-2000)}`,
    )
  const {cpuS, peakKb} = JSON.parse(readFileSync(usagePath, 'utf8'))
  const report = JSON.parse(readFileSync(reportPath, 'utf8'))
  return {
    wallS,
    cpuS,
    peakMb: peakKb / 1000,
    requests: report.completed_requests,
    simulatedS: report.duration_ms / 1000,
  }
}

const COLUMNS = [
  ['case', 42],
  ['by', 10],
  ['CPU s', 9],
  ['wall s', 9],
  ['requests/s', 12],
  ['sim s/s', 10],
  ['peak MB', 9],
  ['CPU ratio', 10],
]

function printHeader() {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, medians of ${options.runs} runs`,
  )
  printRow(COLUMNS.map(([title]) => title))
}

function printRow(cells) {
  const padded = cells.map((cell, i) => (i < 2 ? cell.padEnd(COLUMNS[i][1]) : cell.padStart(COLUMNS[i][1])))
  console.log(padded.join(' ').trimEnd())
}

function printResult({name, ours, reference}) {
  printRow([name, 'ours', ...figures(ours), ''])
  if (reference === null) return
  printRow(['', 'reference', ...figures(reference), `${(reference.cpuS / ours.cpuS).toFixed(1)}×`])
}

function figures({cpuS, wallS, peakMb, requests, simulatedS}) {
  return [
    cpuS.toFixed(2),
    wallS.toFixed(2),
    (requests / wallS).toFixed(0),
    (simulatedS / wallS).toFixed(0),
    peakMb.toFixed(0),
  ]
}

/** Linear growth keeps CPU time per request constant; the start-up of Node makes the shortest look a little dearer. */
function printGrowth(results) {
  for (const kind of ['planner', '8 workers', 'planner, 1.6.1', '8 workers, 1.6.1']) {
    const series = results.filter(({name}) => name.startsWith('hour') && name.endsWith(`×, ${kind}`))
    if (series.length < 2) continue
    const perRequest = series.map(
      ({length, ours}) => `${length}×: ${((ours.cpuS / ours.requests) * 1e6).toFixed(1)}`,
    )
    console.log(`\nCPU µs per request, ${kind}: ${perRequest.join(', ')}`)
  }
}

/** Gzipped bytes of the scripts that the page names, those it loads before anything is asked of it; null when not built. */
function siteBytes() {
  const index = join(root, 'dist', 'index.html')
  if (!existsSync(index)) return null
  const html = readFileSync(index, 'utf8')
  const scripts = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(match => match[1])
  return scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(root, 'dist', path))).length, 0)
}

function toJson(results, site) {
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? null,
    cores: cpus().length,
    results,
    first_load_js_gz_bytes: site,
  }
}

try {
  await main()
} finally {
  rmSync(scratch, {recursive: true, force: true})
}
