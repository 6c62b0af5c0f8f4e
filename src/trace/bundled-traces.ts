import type {TraceGenerator} from './generate.ts'
import type {SessionsSpec} from './session-generator.ts'
import {TOOLAGENT_BLOCK_SIZE, TOOLAGENT_HOUR, type ToolagentSpec} from './toolagent-generator.ts'

/** A trace of `static-traces/`: what the catalogue says of it and how its text is made. */
export interface BundledTrace {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly traceBlockSize: number
  readonly generator: TraceGenerator
}

const TOOLAGENT_5MIN: ToolagentSpec = {seed: 5, requestCount: 640, tickCount: 100}

const BURSTY_SESSIONS: SessionsSpec = {
  seed: 11,
  sessionCount: 160,
  turns: [1, 6],
  burst: [1, 14],
  gapMs: [2000, 9000],
  delayMs: [1500, 30000],
  prompt: [600, 7000],
  growth: [80, 1600],
  output: [20, 420],
  families: 4,
  familyBlocks: 3,
  traceBlockSize: 512,
}

export const BUNDLED_TRACES: readonly BundledTrace[] = [
  {
    id: 'toolagent-hour',
    title: 'Tool-agent hour',
    description:
      'An hour of chat and tool calls in batches every 3 s, 23,608 requests; imitates the statistics of the Mooncake tool-agent trace.',
    traceBlockSize: TOOLAGENT_BLOCK_SIZE,
    generator: {kind: 'toolagent', spec: TOOLAGENT_HOUR},
  },
  {
    id: 'toolagent-5min',
    title: 'Tool-agent, 5 minutes',
    description: 'The same kind of traffic at a third of the rate for 5 minutes: a quick look.',
    traceBlockSize: TOOLAGENT_BLOCK_SIZE,
    generator: {kind: 'toolagent', spec: TOOLAGENT_5MIN},
  },
  {
    id: 'bursty-sessions',
    title: 'Bursty sessions',
    description:
      'Conversations of up to six turns that start in bursts; each turn waits for the one before and a pause.',
    traceBlockSize: BURSTY_SESSIONS.traceBlockSize,
    generator: {kind: 'sessions', spec: BURSTY_SESSIONS},
  },
]
