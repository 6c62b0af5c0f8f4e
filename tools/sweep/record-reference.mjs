// The reference's own cold-start sweep of one of our traces, for the picture that sets it beside ours.
//
//   REFERENCE_PYTHON=/path/to/venv/bin/python node tools/sweep/record-reference.mjs \
//     static-traces/toolagent-hour.jsonl.gz reference-hour.json 0 20 40 …
//
// The figures are what the reference (ai-dynamo 1.2.1) printed, through tools/golden/record.py; REFERENCE_RECORDER
// names another recorder. No GPU is named, so its planner starts with empty regressions and needs no GPU tables. A
// start-up time that OUT already holds is kept; an hour of trace takes the reference about a minute of CPU each.
// Ours for comparison: `sweep TRACE --planner-config … --num-workers 2 --vary startup_time=…`.
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import process from 'node:process'
import {gunzipSync} from 'node:zlib'

const TIMEOUT_S = 1800
const python = process.env.REFERENCE_PYTHON
const recorder = resolve(process.env.REFERENCE_RECORDER ?? 'tools/golden/record.py')
const [trace, out, ...startups] = process.argv.slice(2)
if (python === undefined) throw new Error('set REFERENCE_PYTHON to the interpreter that has ai-dynamo 1.2.1')
if (trace === undefined || out === undefined || startups.length === 0)
  throw new Error('usage: TRACE OUT SECONDS…')

/** The planner of the published experiment. */
const PLANNER = {
  ...JSON.parse(readFileSync(new URL('published-planner.json', import.meta.url), 'utf8')),
  report_filename: 'sweep.html',
}

const bytes = readFileSync(trace)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const recorded = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')) : {trace_sha256: sha256, points: []}
if (recorded.trace_sha256 !== sha256) throw new Error(`${out} is of another trace`)

for (const startup of startups.map(Number)) {
  if (recorded.points.some(point => point.startup_time === startup)) continue
  const {report, planner} = record(startup)
  const events = planner.scaling_events
  const scale_ups = events.filter(event => event.reason === 'scale_up').length
  recorded.points.push({
    startup_time: startup,
    scale_ups,
    scale_downs: events.length - scale_ups,
    total_ticks: planner.total_ticks,
    gpu_hours: planner.gpu_hours,
    report,
  })
  recorded.points.sort((a, b) => a.startup_time - b.startup_time)
  writeFileSync(out, `${JSON.stringify(recorded, null, 2)}\n`)
  process.stdout.write(`startup_time ${startup}: TTFT p90 ${report.p90_ttft_ms.toFixed(0)} ms\n`)
}

/** What the recorder printed for one start-up time. */
function record(startup) {
  const scratch = mkdtempSync(join(tmpdir(), 'reference-sweep-'))
  try {
    writeFileSync(join(scratch, 'trace.jsonl'), trace.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    const argv = ['--planner-config', JSON.stringify(PLANNER), '--num-workers', '2']
    argv.push('--extra-engine-args', JSON.stringify(startup === 0 ? {} : {startup_time: startup}))
    writeFileSync(join(scratch, 'case.json'), JSON.stringify({trace: 'trace.jsonl', argv}))
    const text = execFileSync('timeout', [String(TIMEOUT_S), python, recorder, 'case.json'], {
      cwd: scratch,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return JSON.parse(text)
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}
