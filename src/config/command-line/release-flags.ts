import type {Flag} from './flag.ts'

const bound = {origin: 'reference', type: 'number', metavar: 'MS', group: 'Output'} as const

/** Which release is replayed, and what only 1.6.1 takes; there they are keywords of its replay call. */
export const RELEASE_FLAGS: readonly Flag[] = [
  {
    origin: 'planner-replay',
    name: '--dynamo',
    type: 'choice',
    choices: ['1.2.1', '1.6.1'],
    group: 'Fleet',
    help:
      'Release of ai-dynamo whose engine and planner are replayed. Default: 1.6.1 if the engine args are written ' +
      'as it takes them ({"engine": {…}}), else 1.2.1.',
  },
  {
    origin: 'reference',
    name: '--max-sim-time-ms',
    type: 'number',
    metavar: 'MS',
    group: 'Trace',
    help: 'Stop at this simulated time; requests not over by then count for nothing (1.6.1).',
  },
  {...bound, name: '--sla-ttft-ms', help: "Bound on the TTFT of the report's good requests (1.6.1)."},
  {...bound, name: '--sla-itl-ms', help: "Bound on the mean ITL of the report's good requests (1.6.1)."},
  {...bound, name: '--sla-e2e-ms', help: 'Bound on their end-to-end latency; comes alone (1.6.1).'},
  {
    origin: 'reference',
    name: '--performance-model-metadata',
    type: 'text',
    metavar: 'JSON',
    group: 'Planner',
    help: "Model, backend and GPU the planner's estimates are of, where the engine args do not say (1.6.1).",
  },
  {
    origin: 'reference',
    name: '--kv-event-lag-ms',
    type: 'number',
    metavar: 'MS',
    group: 'Router',
    help: 'What instances cache is known to the KV router so much later (1.6.1).',
  },
  {
    origin: 'reference',
    name: '--request-rate',
    type: 'number',
    metavar: 'PER_S',
    group: 'Synthetic traffic',
    help: 'Arrivals per second, exponentially spaced, in place of an interval (1.6.1).',
  },
  {
    origin: 'reference',
    name: '--arrival-seed',
    type: 'integer',
    default: '42',
    group: 'Synthetic traffic',
    help: 'Seed of --request-rate (1.6.1).',
  },
  {
    origin: 'reference',
    name: '--model-name',
    type: 'text',
    group: 'Output',
    help: 'Taken as 1.6.1 takes it; it changes nothing.',
  },
]
