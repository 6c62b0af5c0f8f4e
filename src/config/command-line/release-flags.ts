import type {Flag} from './flag.ts'

/** What only 1.6.1 takes and is no field of the scenario by itself; there they are keywords of its replay call. */
export const RELEASE_FLAGS: readonly Flag[] = [
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
    name: '--ais-perf-config',
    type: 'text',
    metavar: 'JSON',
    group: 'Router',
    help: "The model on a GPU that router_prefill_load_model 'ais' of --router-config estimates prompts with (1.6.1).",
  },
  {
    origin: 'reference',
    name: '--model-name',
    type: 'text',
    group: 'Output',
    help: 'Taken as 1.6.1 takes it; it changes nothing.',
  },
]
