import {parseArguments} from '../config/command-line/arguments.ts'
import {VERSION} from '../config/link/version.ts'
import type {Problem} from '../core/result.ts'
import {runBenchCommand} from './bench/bench-command.ts'
import {formatHelp} from './help.ts'
import {runPerfCommand} from './perf-command.ts'
import {runPolicyCommand} from './policy-command.ts'
import {runPredictCommand} from './predict/predict-command.ts'
import {runRecommendCommand} from './recommend/recommend.ts'
import {replay} from './replay-command.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import {runSweepCommand} from './sweep/sweep.ts'
import type {Terminal} from './terminal.ts'
import {translateConfig} from './translate-command.ts'

/** A run failed on input it could read. */
const EXIT_FAILED = 1
/** The input was not usable, or a flag not known. */
const EXIT_BAD_INPUT = 2

/** Runs one command line; the result is the exit code. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  // Subcommands go by the first argument; anything else is a replay, as in the reference.
  if (argv[0] === 'bench') return exitCodeOf(await runBenchCommand(argv.slice(1), terminal), terminal)
  if (argv[0] === 'perf') return exitCodeOf(await runPerfCommand(argv.slice(1), terminal), terminal)
  if (argv[0] === 'policy') return exitCodeOf(await runPolicyCommand(argv.slice(1), terminal), terminal)
  if (argv[0] === 'predict') return exitCodeOf(await runPredictCommand(argv.slice(1), terminal), terminal)
  if (argv[0] === 'recommend') return exitCodeOf(await runRecommendCommand(argv.slice(1), terminal), terminal)
  if (argv[0] === 'sweep') return exitCodeOf(await runSweepCommand(argv.slice(1), terminal), terminal)
  const args = parseArguments(argv)
  if (!args.ok) return refuse(terminal, args.error)
  const {flags} = args.value
  if (flags.has('--help')) {
    terminal.writeOut(formatHelp())
    return 0
  }
  if (flags.has('--version')) {
    terminal.writeOut(`planner-replay ${VERSION}\n`)
    return 0
  }
  if (flags.has('--translate-config')) return exitCodeOf(translateConfig(args.value, terminal), terminal)
  return exitCodeOf(await replay(args.value, terminal), terminal)
}

function exitCodeOf(outcome: ReplayOutcome, terminal: Terminal): number {
  if (outcome.kind === 'done') return 0
  if (outcome.kind === 'bad-input') return refuse(terminal, outcome.problem)
  terminal.writeError(`planner-replay: ${oneLine(outcome.message)}\n`)
  return EXIT_FAILED
}

function refuse(terminal: Terminal, problem: Problem): number {
  terminal.writeError(`planner-replay: error: ${oneLine(problem.message)}\n`)
  return EXIT_BAD_INPUT
}

/** Names from files may hold anything; an error stays one line. */
function oneLine(message: string): string {
  return message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
