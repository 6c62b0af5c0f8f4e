import {answerTimeline} from '../policies/recorded/answer-timeline.ts'
import {answerJsonFile} from './answer-json-file.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import type {Terminal} from './terminal.ts'

const HELP = `usage: planner-replay policy [FILE]

Decides a recorded timeline of an autoscaler anew. Reads JSON from FILE, or from standard input without one or
with -: "policy" (hpa, keda or kpa), "config" (the manifest's spec and the controller's flags) and "ticks", each
with its time in milliseconds ("tMs") and what the autoscaler saw then. Prints the same structure with our
decision in every tick: "out", and for KEDA's polls "replicasAfter" and "active".

exit codes: 0 done, 2 bad input
`

/** Answers a recorded timeline from a file or standard input. */
export function runPolicyCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  return answerJsonFile(
    {name: 'policy', help: HELP, holds: 'a timeline', answer: answerTimeline},
    argv,
    terminal,
  )
}
