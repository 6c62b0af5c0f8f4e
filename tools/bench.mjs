/**
 * `npm run bench`: what a run costs. Each case runs the built command line tool as a child process, several times;
 * the table shows medians over the runs. CPU time is user + system of the whole process, start-up included; engine time is what
 * a report calls wall_time_ms, of the simulation alone.
 *
 *   npm run bench -- [--runs 5] [--only TEXT] [--lengths 1,4,16] [--no-wide] [--no-long] [--json FILE]
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
import {casesOf, GPU_PLANNER_ARGS, PLANNER_ARGS, POLYNOMIAL} from './bench-cases.mjs'
import {benchLong, benchSweep, benchWide, compareRatios, deepRatios} from './bench-ratios.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = join(root, 'dist-cli', 'planner-replay.js')
const PYTHONS = {
  '1.2.1': process.env.PLANNER_REPLAY_REFERENCE_PYTHON,
  '1.6.1': process.env.PLANNER_REPLAY_REFERENCE16_PYTHON,
}
const options = readOptions(process.argv.slice(2))
const scratch = mkdtempSync(join(tmpdir(), 'planner-replay-bench-'))

async function main() {
  buildCli()
  const cases = (await listCases()).filter(({name}) => options.only === null || name.includes(options.only))
  if (cases.length === 0 && !PARTS.includes(options.only))
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
    console.log(
      `\nScripts that the page names, without the worker's: ${(site / 1000).toFixed(1)} kB of gzipped JavaScript`,
    )
  const ratios = {...deepRatios(results), ...(await benchParts())}
  if (compareRatios(ratios).length > 0) process.exitCode = 1
  if (options.json !== null)
    writeFileSync(options.json, `${JSON.stringify({...toJson(results, site), ratios}, null, 2)}\n`)
}

/** What `--only` may name besides cases. */
const PARTS = ['wide', 'sweep', 'long']

async function benchParts() {
  const measure = each => measureMany(each, Math.min(options.runs, each.mostRuns ?? options.runs), runOurs)
  const measureSweep = each => measureMany(each, options.runs, runSweep)
  const sweepWhole = each => measureMany(each, options.runs, runWholeSweep)
  const isWanted = part => options[part] !== false && (options.only === null || options.only === part)
  return {
    ...(isWanted('wide') ? benchWide({scratch, measure}) : {}),
    ...(isWanted('sweep')
      ? benchSweep({
          measure,
          measureSweep,
          sweepWhole,
          trace: await plainCopy(bundledHour()),
          args: PLANNER_ARGS,
          gpu: {args: GPU_PLANNER_ARGS, timing: []},
        })
      : {}),
    ...(isWanted('long') ? benchLong({measure}) : {}),
  }
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
      'no-long': {type: 'boolean'},
    },
  })
  return {
    runs: Number(values.runs ?? 5),
    only: values.only ?? null,
    lengths: (values.lengths ?? '1,4,16').split(',').map(Number),
    json: values.json ?? null,
    wide: values['no-wide'] !== true,
    long: values['no-long'] !== true,
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

function hasReference({length, release, isOurs}) {
  return isOurs !== true && PYTHONS[release] !== undefined && length <= options.referenceLength
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
    engineS: median(samples.map(sample => sample.engineS ?? Number.NaN)),
    peakMb: median(samples.map(sample => sample.peakMb)),
    busyShare: median(samples.map(sample => sample.busyShare ?? Number.NaN)),
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

const PROBED_CLI = ['--import', `data:text/javascript,${encodeURIComponent(NODE_PROBE)}`, cli]

/** @param trace null for generated traffic */
function runOurs({trace, args, timing = POLYNOMIAL}) {
  return runChild(process.execPath, [...PROBED_CLI, ...(trace === null ? [] : [trace]), ...args, ...timing])
}

/** One point after the other in one thread. */
function runSweep({trace, args, timing = POLYNOMIAL, vary}) {
  return sweep([trace, ...args, ...timing, '--vary', vary, '--jobs', '1'])
}

/** The ready-made cold-start sweep on all cores, and the part of their time in which they had a point. */
function runWholeSweep({trace, args, timing = POLYNOMIAL}) {
  const used = sweep([trace, ...args, ...timing, '--preset', 'cold-start'])
  return {...used, busyShare: Number(/busy (\S+) % of it/.exec(used.said)[1]) / 100}
}

function sweep(flags) {
  const out = mkdtempSync(join(scratch, 'sweep-'))
  const used = measureChild(process.execPath, [...PROBED_CLI, 'sweep', ...flags, '--out', out])
  rmSync(out, {recursive: true})
  return used
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
  const reportPath = join(scratch, 'report.json')
  rmSync(reportPath, {force: true})
  const used = measureChild(command, [...args, '--report-json', reportPath])
  const report = JSON.parse(readFileSync(reportPath, 'utf8'))
  return {
    ...used,
    requests: report.completed_requests,
    simulatedS: report.duration_ms / 1000,
    engineS: report.wall_time_ms / 1000,
  }
}

function measureChild(command, args) {
  const usagePath = join(scratch, 'usage.json')
  rmSync(usagePath, {force: true})
  const startedAt = performance.now()
  const child = spawnSync(command, args, {
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
  return {wallS, cpuS, peakMb: peakKb / 1000, said: child.stdout}
}

const COLUMNS = [
  ['case', 42],
  ['by', 10],
  ['CPU s', 9],
  ['wall s', 9],
  ['engine s', 9],
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

function figures({cpuS, wallS, engineS, peakMb, requests, simulatedS}) {
  return [
    cpuS.toFixed(2),
    wallS.toFixed(2),
    engineS.toFixed(2),
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
