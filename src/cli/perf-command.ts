import type {Result} from '../core/result.ts'
import {answerPerfPoints} from '../perf/aic/perf-points.ts'
import {CATALOGUE_MODELS} from '../perf/models/catalogue.ts'
import {answerJsonFile} from './answer-json-file.ts'
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
export function runPerfCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  const answer = (input: unknown): Promise<Result<unknown>> =>
    answerPerfPoints(input, CATALOGUE_MODELS, readPerfFile)
  return answerJsonFile({name: 'perf', help: HELP, holds: 'points', answer}, argv, terminal)
}
