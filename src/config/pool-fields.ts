import type {Field, NumberField} from './field.ts'
import type {PoolName, PoolSpec} from './scenario.ts'

/** A field of a pool besides its engine args, with the names it has for each pool. */
export type PoolField = Field<'num_workers' | 'gpus_per_instance', 'fleet'> &
  NumberField & {
    /** `ours` never gets into a command line for the reference. */
    readonly owner: 'reference' | 'ours'
    /** In links: public, so they are migrated and never renamed. */
    readonly links: Readonly<Record<PoolName, string>>
    /** On the command line, with `--` before them and `-` for `_`, and in sweeps. */
    readonly names: Readonly<Record<PoolName, string>>
    /** What the help of a flag calls it; the pool's name follows. */
    readonly flagHelp: string
    readonly read: (pool: PoolSpec) => number | null
    readonly write: (pool: PoolSpec, value: number | null) => PoolSpec
  }

/** In the order of links and of the form. */
export const POOL_FIELDS: readonly PoolField[] = [
  {
    key: 'num_workers',
    owner: 'reference',
    links: {agg: 'workers', prefill: 'prefill-workers', decode: 'decode-workers'},
    names: {agg: 'num_workers', prefill: 'num_prefill_workers', decode: 'num_decode_workers'},
    flagHelp: 'Instances at the start',
    read: pool => pool.initialWorkers,
    write: (pool, value) => ({...pool, initialWorkers: value ?? 1}),
    label: 'Workers',
    help: 'Instances that serve from the start; the planner changes their number from there.',
    unit: 'instances',
    group: 'fleet',
    advanced: false,
    type: 'integer',
    nullable: false,
    min: 1,
    // More would need more memory than any machine has that runs a browser.
    max: 100_000,
    default: 1,
  },
  {
    key: 'gpus_per_instance',
    owner: 'ours',
    links: {agg: 'gpus', prefill: 'prefill-gpus', decode: 'decode-gpus'},
    names: {
      agg: 'gpus_per_instance',
      prefill: 'prefill_gpus_per_instance',
      decode: 'decode_gpus_per_instance',
    },
    flagHelp:
      "GPUs of one instance, for GPU-hours and cost; default: the planner config's, else what aic_tp_size says",
    read: pool => pool.gpusPerInstance,
    write: (pool, value) => ({...pool, gpusPerInstance: value}),
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
  },
]

export function poolFlagOf(field: PoolField, pool: PoolName): `--${string}` {
  return `--${field.names[pool].replaceAll('_', '-')}`
}

/** The knob that says with how many instances a pool starts. */
export function countKnobOf(pool: PoolName): string {
  const [count] = POOL_FIELDS
  return count!.names[pool]
}
