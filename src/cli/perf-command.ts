import {FIRST_RELEASE, RELEASES, type Release} from '../config/release.ts'
import type {Result} from '../core/result.ts'
import {answerPerfPoints} from '../perf/aic/perf-points.ts'
import {CATALOGUE_MODELS} from '../perf/models/catalogue.ts'
import {answerJsonFile} from './answer-json-file.ts'
import {loadLocalModel} from './local-model.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import type {Terminal} from './terminal.ts'
import {readPerfFile} from './timing-loader.ts'

const HELP = `usage: planner-replay perf [FILE] [--dynamo 1.2.1|1.6.1]

Predicts single forward passes from the GPU tables. Reads JSON from FILE, or from standard input
without one or with -: an object with system, backend, model and tp on top (version, moe_tp_size,
moe_ep_size and attention_dp_size if wanted) and "points" below, or a bare array whose points hold all
fields. A point is
  {"kind": "prefill", "batch_size", "effective_isl", "prefix"} or
  {"kind": "decode", "batch_size", "isl", "osl"}.
Prints the same structure with latency_ms in every point; null and a short error name where nothing was
measured. --dynamo names the release whose estimator answers (default 1.2.1).

exit codes: 0 done, 2 bad input
`

/** Answers prediction points from a file or standard input. */
export async function runPerfCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  const {release, rest} = takeRelease(argv)
  if (!isRelease(release)) {
    const message = `--dynamo ${release ?? ''}: the releases are ${RELEASES.join(' and ')}`
    return {kind: 'bad-input', problem: {message}}
  }
  const answer = (input: unknown): Promise<Result<unknown>> =>
    answerPerfPoints(input, {
      release,
      models: CATALOGUE_MODELS,
      localModel: loadLocalModel,
      fetchFile: readPerfFile,
    })
  return answerJsonFile({name: 'perf', help: HELP, holds: 'points', answer}, rest, terminal)
}

/** Takes `--dynamo RELEASE` or `--dynamo=RELEASE` out of the arguments; the last one counts. */
function takeRelease(argv: readonly string[]): {release: string | undefined; rest: string[]} {
  const rest: string[] = []
  let release: string | undefined = FIRST_RELEASE
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!
    if (argument === DYNAMO_FLAG) release = argv[++i]
    else if (argument.startsWith(`${DYNAMO_FLAG}=`)) release = argument.slice(DYNAMO_FLAG.length + 1)
    else rest.push(argument)
  }
  return {release, rest}
}

const DYNAMO_FLAG = '--dynamo'

function isRelease(name: string | undefined): name is Release {
  return RELEASES.some(release => release === name)
}
