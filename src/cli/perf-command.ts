import {readFileSync} from 'node:fs'
import {text as readStream} from 'node:stream/consumers'
import {answerPerfPoints} from '../perf/aic/perf-points.ts'
import {CATALOGUE_MODELS} from '../perf/models/catalogue.ts'
import {fileErrorReason} from './file-errors.ts'
import type {ReplayOutcome} from './replay-command.ts'
import type {Terminal} from './run-cli.ts'
import {readPerfFile} from './timing-loader.ts'

const HELP = `usage: planner-replay perf [FILE]

Predicts single forward passes from the GPU tables. Reads JSON from FILE, or from standard input
without one or with -: an object with system, backend, model and tp on top (version, moe_tp_size,
moe_ep_size and attention_dp_size if wanted) and "points" below, or a bare array whose points hold all
fields. A point is
  {"kind": "prefill", "batch_size", "effective_isl", "prefix"} or
  {"kind": "decode", "batch_size", "isl", "osl"}.
Prints the same structure with latency_ms in every point; null and a short error name where nothing was
measured.

exit codes: 0 done, 2 bad input
`

/** Answers prediction points from a file or standard input. */
export async function runPerfCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.writeOut(HELP)
    return {kind: 'done'}
  }
  const flag = argv.find(argument => argument.startsWith('-') && argument !== '-')
  if (flag !== undefined)
    return refuse(`perf has no flag ${flag}; it takes one file of points, or - for stdin`)
  if (argv.length > 1) return refuse(`perf takes one file of points, got ${argv.length}: ${argv.join(', ')}`)
  const path = argv[0] ?? '-'
  const name = path === '-' ? 'standard input' : path
  let text: string
  try {
    text = path === '-' ? await readStream(process.stdin) : readFileSync(path, 'utf8')
  } catch (error) {
    return refuse(`cannot read ${name}: ${fileErrorReason(error)}`)
  }
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch (error) {
    return refuse(`${name} is not JSON: ${(error as Error).message}`)
  }
  const answered = await answerPerfPoints(input, CATALOGUE_MODELS, readPerfFile)
  if (!answered.ok) return refuse(`${name}: ${answered.error.message}`)
  terminal.writeOut(`${JSON.stringify(answered.value, null, 2)}\n`)
  return {kind: 'done'}
}

function refuse(message: string): ReplayOutcome {
  return {kind: 'bad-input', problem: {message}}
}
