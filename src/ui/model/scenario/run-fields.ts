import type {Field} from '../../../config/field.ts'
import {PLANNER_PHASE_FIELD} from '../../../config/repeat-fields.ts'
import {TRACE_OPTION_FIELDS, type TraceOptionFieldKey} from '../trace/trace-fields.ts'

/** Knobs that are flags of the command line, not part of engine args or planner config. */
export type TraceFieldKey = 'trace_block_size' | 'arrival_speedup_ratio' | TraceOptionFieldKey

export const TRACE_FIELDS: readonly Field<TraceFieldKey>[] = [
  {
    key: 'arrival_speedup_ratio',
    label: 'Arrival speed-up',
    help: 'Divides the time between arrivals; 2 = twice the load.',
    unit: '×',
    group: 'trace',
    advanced: false,
    type: 'number',
    nullable: false,
    min: Number.MIN_VALUE,
    max: 1e9,
    default: 1,
  },
  {
    key: 'trace_block_size',
    label: 'Trace block size',
    help: 'Tokens one hash id of the trace stands for; 512 in the Mooncake format.',
    unit: 'tokens',
    group: 'trace',
    advanced: true,
    type: 'integer',
    nullable: false,
    min: 1,
    max: 1_048_576,
    default: 512,
  },
  ...TRACE_OPTION_FIELDS,
]

/** More instances than this cannot be drawn, and their KV caches would not fit in a tab. */
const MAX_WORKERS = 4096

export const WORKERS_FIELD: Field<'num_workers'> = {
  key: 'num_workers',
  label: 'Workers',
  help: 'Instances that serve from the start; the planner changes their number from there.',
  unit: 'instances',
  group: 'fleet',
  advanced: false,
  type: 'integer',
  nullable: false,
  min: 1,
  max: MAX_WORKERS,
  default: 1,
}

/** For GPU-hours and cost alone: how fast an instance is follows from its engine args. */
export const GPUS_FIELD: Field<'gpus_per_instance'> = {
  key: 'gpus_per_instance',
  label: 'GPUs per instance',
  help: "For GPU-hours and cost; empty = the planner config's, else what aic_tp_size says.",
  unit: 'GPUs',
  group: 'fleet',
  advanced: true,
  type: 'integer',
  nullable: true,
  min: 1,
  max: 1024,
  default: null,
}

/** What a pool's instances do; follows from the fleet when it has one pool. */
export const WORKER_TYPE_FIELD: Field<'worker_type'> = {
  key: 'worker_type',
  label: 'Worker type',
  help: 'What these instances do; aggregated = both parts, which is what engine args without worker_type mean.',
  unit: null,
  group: 'pool',
  advanced: false,
  type: 'choice',
  nullable: false,
  choices: ['aggregated', 'prefill', 'decode'],
  default: 'aggregated',
}

export const RUN_FIELDS: readonly Field<'seed' | 'planner_phase' | 'benchmark_granularity'>[] = [
  {
    key: 'seed',
    label: 'Seed',
    help: 'Of everything random: draws of the KV router, and which sessions a sample keeps.',
    unit: null,
    group: 'run',
    advanced: false,
    type: 'integer',
    nullable: false,
    min: 0,
    max: 2 ** 32 - 1,
    default: 0,
  },
  {
    ...PLANNER_PHASE_FIELD,
    key: 'planner_phase',
    label: 'Planner phase',
    help: "The planner's ticks begin this much later than the reference's; shows how much is luck.",
    unit: 's',
    group: 'run',
    advanced: false,
  },
  {
    key: 'benchmark_granularity',
    label: 'Benchmark granularity',
    help: 'Points per axis of the GPU benchmark that primes the regressions of an SLA planner.',
    unit: 'points',
    group: 'run',
    advanced: false,
    type: 'integer',
    nullable: false,
    min: 1,
    max: 10_000,
    default: 8,
  },
]
