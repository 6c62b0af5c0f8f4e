import {parseArguments} from '../config/command-line/arguments.ts'
import {VERSION} from '../config/link/version.ts'
import type {Problem} from '../core/result.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import type {Terminal} from './terminal.ts'

/** A run failed on input it could read. */
const EXIT_FAILED = 1
/** The input was not usable, or a flag not known. */
const EXIT_BAD_INPUT = 2

/** Runs one command line; the result is the exit code. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  // Subcommands go by the first argument; anything else is a replay, as in the reference.
  const runCommand = await loadCommand(argv[0])
  if (runCommand !== null) return exitCodeOf(await runCommand(argv.slice(1), terminal), terminal)
  const args = parseArguments(argv)
  if (!args.ok) return refuse(terminal, args.error)
  const {flags} = args.value
  if (flags.has('--help')) {
    const {formatHelp} = await import('./help.ts')
    terminal.writeOut(formatHelp())
    return 0
  }
  if (flags.has('--version')) {
    terminal.writeOut(`planner-replay ${VERSION}\n`)
    return 0
  }
  if (flags.has('--translate-config')) {
    const {translateConfig} = await import('./translate-command.ts')
    return exitCodeOf(await translateConfig(args.value, terminal), terminal)
  }
  const {replay} = await import('./replay-command.ts')
  return exitCodeOf(await replay(args.value, terminal), terminal)
}

type Command = (argv: readonly string[], terminal: Terminal) => Promise<ReplayOutcome>

/** A subcommand with the code that it alone needs; null where the word names none. */
async function loadCommand(name: string | undefined): Promise<Command | null> {
  switch (name) {
    case 'bench':
      return (await import('./bench/bench-command.ts')).runBenchCommand
    case 'perf':
      return (await import('./perf-command.ts')).runPerfCommand
    case 'policy':
      return (await import('./policy-command.ts')).runPolicyCommand
    case 'predict':
      return (await import('./predict/predict-command.ts')).runPredictCommand
    case 'recommend':
      return (await import('./recommend/recommend.ts')).runRecommendCommand
    case 'sweep':
      return (await import('./sweep/sweep.ts')).runSweepCommand
    default:
      return null
  }
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
