// Runs recorded cases of 1.6.1 through the packaged command line, one after the other, and says how many come out as the
// reference has them: the report to 1e-9, every scaling event, both GPU-hour counts, every field of every tick, or the refusal.
// Run: npm run -s build:cli && node tools/golden/check-1.6.mjs FOLDER TRACES[:TRACES…] [PATTERN]
//   FOLDER holds the oracle's files, TRACES the traces that they name, PATTERN limits the cases, e.g. '^a_'
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'

const EXACT = 1e-9

/** What ARIMA and Prophet predict agrees less far (planner-1.6.md 15), and so do capacities that are asked for it. */
const PREDICTED = /\.(predict|capacity|engine_rps_\w+)\b/

/** Variances of lengths, which nothing reads and whose last digits are noise there. */
const UNREAD = /\.fpm\.\w+\.\d+\.(5|9|12|15)$/

const [folder, traces = '', pattern = '.'] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'check16-'))
const names = readdirSync(folder).filter(name => name.endsWith('.json') && new RegExp(pattern).test(name))
let exact = 0
for (const name of names) {
  const started = Date.now()
  const golden = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const found = check(golden)
  if (found.length === 0) exact++
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  process.stdout.write(
    `${name} ${seconds} s ${found.length === 0 ? 'exact' : `DIFFERS ${found.slice(0, 6).join('; ')}`}\n`,
  )
}
process.stdout.write(`${exact} of ${names.length} exact\n`)
process.exitCode = exact === names.length ? 0 : 1

/** @returns {string[]} in what the run differs from the recorded one */
function check(golden) {
  const diagnostics = join(scratch, 'diagnostics.json')
  const report = join(scratch, 'report.json')
  const run = spawnSync(
    process.execPath,
    [
      'dist-cli/planner-replay.js',
      ...argvOf(golden.case),
      '--report-json',
      report,
      '--diagnostics-json',
      diagnostics,
    ],
    {encoding: 'utf8', maxBuffer: 1 << 28},
  )
  if (golden.error !== undefined) {
    // A refusal of a whole config stands on a line of its own.
    const [, whole] = /Value error, ([^[\n]+)/.exec(golden.error) ?? []
    const words = (whole ?? golden.error.replace(/^\w+: /, '').split('\n')[0]).trim()
    return run.status !== 0 && run.stderr.includes(words)
      ? []
      : [`not refused as there: ${run.stderr.slice(0, 200)}`]
  }
  if (run.status !== 0) return [run.stderr.trim().slice(0, 300)]
  const ours = JSON.parse(readFileSync(report, 'utf8'))
  const found = Object.entries(golden.report).flatMap(([key, value]) => differences(key, ours[key], value))
  if (golden.planner === undefined) return found
  const {load_predictor: predictor = 'arima'} = golden.case.args.planner_config
  const predicted = predictor === 'arima' || predictor === 'prophet' ? 0.06 : EXACT
  const {total_ticks, gpu_hours, gpu_hours_active, scaling_events, ticks} = golden.planner
  const told = JSON.parse(readFileSync(diagnostics, 'utf8'))
  const events = scaling_events.map(({at_s, component, from_count, to_count}) => ({
    at_s,
    component,
    from_count,
    to_count,
  }))
  return [
    ...found,
    ...differences('total_ticks', told.total_ticks, total_ticks),
    ...differences('gpu_hours', told.gpu_hours, gpu_hours),
    ...differences('gpu_hours_active', told.gpu_hours_active, gpu_hours_active),
    ...(told.scaling_events.length === events.length ? [] : ['number of scaling events']),
    ...events.flatMap((event, i) => differences(`event ${i + 1}`, told.scaling_events[i], event)),
    ...ticks.flatMap((tick, i) => differences(`tick ${tick.at_s}`, told.ticks[i], tick, predicted)),
  ]
}

function argvOf({call, trace, rows, args}) {
  const flags = Object.entries(args).flatMap(([key, value]) => {
    const given =
      key === 'planner_config' && value.load_predictor_warmup_trace
        ? {...value, load_predictor_warmup_trace: find(value.load_predictor_warmup_trace)}
        : value
    return [
      `--${key.replaceAll('_', '-')}`,
      typeof given === 'object' ? JSON.stringify(withProfile(given)) : String(given),
    ]
  })
  const limit = (rows ?? null) === null ? [] : ['--trace-limit', String(rows)]
  return [...(call === 'trace' ? [find(trace)] : []), '--dynamo', '1.6.1', ...flags, ...limit]
}

function withProfile(args) {
  const model = args.engine?.timing_model
  if (model?.provider !== 'dynamo_profile') return args
  const timing_model = {...model, config: {...model.config, path: find(model.config.path)}}
  return {...args, engine: {...args.engine, timing_model}}
}

function find(name) {
  const place = [...traces.split(':'), 'static-traces'].map(each => resolve(each, name)).find(existsSync)
  if (place === undefined) throw new Error(`no trace ${name}`)
  return place
}

/** Everything in which ours lacks or differs from a recorded value, by its path. */
function differences(path, ours, theirs, predicted = EXACT) {
  if (UNREAD.test(path)) return []
  if (typeof theirs === 'number') {
    const tolerance = PREDICTED.test(path) ? predicted : EXACT
    const isClose =
      typeof ours === 'number' && Math.abs(ours - theirs) <= tolerance * Math.max(1, Math.abs(theirs))
    return isClose ? [] : [`${path}: ours ${JSON.stringify(ours)}, the reference's ${theirs}`]
  }
  if (theirs === null || typeof theirs !== 'object')
    return (ours ?? null) === theirs
      ? []
      : [`${path}: ours ${JSON.stringify(ours)}, the reference's ${theirs}`]
  return Object.entries(theirs).flatMap(([key, value]) =>
    differences(`${path}.${key}`, ours?.[key], value, predicted),
  )
}
