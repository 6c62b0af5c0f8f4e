import type {Field} from '../../../config/field.ts'
import {MAX_SEED} from '../../../config/repeat-fields.ts'
import {TRACE_FORMATS} from '../../../config/trace-options.ts'

/** Which part of the trace is replayed and how its bytes are read; keys are the flags' with `_`. */
export type TraceOptionFieldKey =
  | 'trace_start_s'
  | 'trace_end_s'
  | 'trace_limit'
  | 'trace_sample'
  | 'trace_seed'
  | 'replay_concurrency'
  | 'trace_format'
  | 'trace_columns'
  | 'trace_shared_prefix_ratio'
  | 'trace_num_prefix_groups'

const shared = {group: 'trace', advanced: true, nullable: true, default: null} as const

export const TRACE_OPTION_FIELDS: readonly Field<TraceOptionFieldKey>[] = [
  {
    ...shared,
    key: 'trace_start_s',
    label: 'Window start',
    help: 'Replays from this second of the recording on; empty = from the start.',
    unit: 's',
    type: 'number',
    min: 0,
    max: 1e9,
  },
  {
    ...shared,
    key: 'trace_end_s',
    label: 'Window end',
    help: 'Replays sessions that start before this second of the recording; empty = to the end.',
    unit: 's',
    type: 'number',
    min: Number.MIN_VALUE,
    max: 1e9,
  },
  {
    ...shared,
    key: 'trace_limit',
    label: 'Request limit',
    help: 'Replays the first so many requests of the file, of those the other choices leave.',
    unit: 'requests',
    type: 'integer',
    min: 1,
    max: 1e9,
  },
  {
    ...shared,
    key: 'trace_sample',
    label: 'Sample of sessions',
    help: 'Share of sessions replayed, drawn by the seed; a session stays whole. 0.5 = half the load.',
    unit: null,
    type: 'number',
    min: Number.MIN_VALUE,
    max: 1,
  },
  {
    ...shared,
    key: 'trace_seed',
    label: 'Trace seed',
    help: 'Makes the trace anew with this seed: the same kind of traffic, drawn again; empty = unchanged.',
    unit: null,
    type: 'integer',
    min: 0,
    max: MAX_SEED,
  },
  {
    ...shared,
    key: 'replay_concurrency',
    label: 'Concurrency',
    help: 'Closed loop: keeps this many requests in flight and ignores arrival times; empty = follow them.',
    unit: 'requests',
    type: 'integer',
    min: 1,
    max: 1e6,
  },
  {
    ...shared,
    key: 'trace_format',
    label: 'Format',
    help: 'Format of the trace file; empty = told from its content.',
    unit: null,
    type: 'choice',
    choices: TRACE_FORMATS,
  },
  {
    ...shared,
    key: 'trace_columns',
    label: 'CSV columns',
    help: 'Columns of a CSV trace: timestamp=NAME,input=NAME,output=NAME,session=NAME,unit=s|ms; empty = told from their names.',
    unit: null,
    type: 'text',
  },
  {
    ...shared,
    key: 'trace_shared_prefix_ratio',
    label: 'Shared prefix ratio',
    help: 'Share of the first prompt that sessions have in common, in applied_compute_agentic traces.',
    unit: null,
    type: 'number',
    min: 0,
    max: 1,
  },
  {
    ...shared,
    key: 'trace_num_prefix_groups',
    label: 'Prefix groups',
    help: 'Number of shared-prefix groups in applied_compute_agentic traces; nothing is shared without one.',
    unit: null,
    type: 'integer',
    min: 0,
    max: 1e6,
  },
]
