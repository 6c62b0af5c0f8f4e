import type {TraceGenerator} from './generate.ts'
import {TOOLAGENT_BLOCK_SIZE} from './toolagent-generator.ts'
import {GENERATED_RECIPES, TRACE_RECIPES} from './trace-recipes.ts'

/** A trace of `static-traces/`: what the catalogue says of it and how its text is made. */
export interface BundledTrace {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly traceBlockSize: number
  readonly generator: TraceGenerator
}

export const BUNDLED_TRACES: readonly BundledTrace[] = [
  {
    id: 'toolagent-hour',
    title: 'Tool-agent hour',
    description:
      'An hour of chat and tool calls in batches every 3 s, 23,608 requests; imitates the statistics of the Mooncake tool-agent trace.',
    traceBlockSize: TOOLAGENT_BLOCK_SIZE,
    generator: TRACE_RECIPES['toolagent-hour'],
  },
  {
    id: 'toolagent-5min',
    title: 'Tool-agent, 5 minutes',
    description: 'The same kind of traffic at a third of the rate for 5 minutes: a quick look.',
    traceBlockSize: TOOLAGENT_BLOCK_SIZE,
    generator: TRACE_RECIPES['toolagent-5min'],
  },
  {
    id: 'bursty-sessions',
    title: 'Bursty sessions',
    description:
      'Conversations of up to six turns that start in bursts; each turn waits for the one before and a pause.',
    traceBlockSize: TRACE_RECIPES['bursty-sessions'].spec.traceBlockSize,
    generator: TRACE_RECIPES['bursty-sessions'],
  },
]

/** Traces of the catalogue without a file: whoever replays one makes it. */
export const GENERATED_TRACES: readonly BundledTrace[] = [
  {
    id: 'day-morning-ramp',
    title: 'Day: morning ramp',
    description:
      'A working day of the tool-agent hour’s requests, 200,000 of them: night floor, morning ramp, lunch, bursts. Made on the spot from a seed.',
    traceBlockSize: TOOLAGENT_BLOCK_SIZE,
    generator: GENERATED_RECIPES['day-morning-ramp'],
  },
  {
    id: 'week-compressed',
    title: 'Week, two hours a day',
    description:
      'Five working days and a weekend, each compressed to two hours, 100,000 requests. Made on the spot from a seed.',
    traceBlockSize: TOOLAGENT_BLOCK_SIZE,
    generator: GENERATED_RECIPES['week-compressed'],
  },
]
