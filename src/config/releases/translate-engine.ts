import {assert} from '../../core/assert.ts'
import type {Release} from '../release.ts'
import type {EngineArgs, EngineTiming, WorkerType} from '../scenario.ts'
import {type FieldValues, formsOf} from './release-forms.ts'

export interface TranslatedEngine {
  readonly args: EngineArgs
  /** A sentence for every key that has no counterpart or means something else there. */
  readonly notes: readonly string[]
}

interface Pool {
  readonly args: EngineArgs
  readonly engineTiming: EngineTiming
  /** What the pool is for: 1.6.1 takes nothing else. */
  readonly workerType: WorkerType
}

/** Engine args that another release would be given for the same engine. */
export function translateEngine(pool: Pool, from: Release, to: Release): TranslatedEngine {
  if (from === to) return {args: pool.args, notes: []}
  const {engineTiming, workerType} = pool
  const notes: string[] = []
  const values = formsOf(from).engineValues(pool.args, engineTiming)
  const own = to === '1.6.1' ? valuesFor16(values, pool, notes) : valuesFor12(values, pool, notes)
  const args = settled(own, to, {engineTiming, workerType}, notes)
  return {args, notes}
}

/** KV blocks of 1.2.1 where nobody says; 1.6.1 then works them out of the GPU's memory. */
const DEFAULT_BLOCKS = 16_384

function valuesFor16(values: FieldValues, {args, workerType}: Pool, notes: string[]): FieldValues {
  const own: Record<string, FieldValues[string]> = {...values}
  if (own.num_gpu_blocks === DEFAULT_BLOCKS) {
    own.num_gpu_blocks = null
    if (args.aic_model_path !== null)
      notes.push(`num_gpu_blocks: the default of ${DEFAULT_BLOCKS} gives way to what the GPU's memory holds.`)
  }
  if (args.worker_type !== workerType)
    notes.push(
      `worker_type '${args.worker_type}' has no place in a pool of 1.6.1: it is '${workerType}' now.`,
    )
  if (own['sglang.schedule_policy'] === 'fcfs') own['sglang.schedule_policy'] = 'fifo'
  const page = own['sglang.page_size'] ?? null
  if (page !== null && page !== args.block_size)
    notes.push('sglang.page_size has no counterpart in 1.6.1 and is left out: the block size is the page.')
  if (args.dp_size !== 1) {
    notes.push(`dp_size ${args.dp_size} is not simulated under 1.6.1: it is 1 now.`)
    own.dp_size = 1
  }
  return only(own, '1.6.1')
}

function valuesFor12(values: FieldValues, {args, workerType}: Pool, notes: string[]): FieldValues {
  const own: Record<string, FieldValues[string]> = {...values, worker_type: workerType}
  if (own.num_gpu_blocks === null) {
    own.num_gpu_blocks = DEFAULT_BLOCKS
    if (args.estimates_num_gpu_blocks === true)
      notes.push(
        `num_gpu_blocks: 1.2.1 works none out of the GPU's memory, so it is its default of ${DEFAULT_BLOCKS}.`,
      )
  }
  if (own.engine_type === 'trtllm') {
    own.engine_type = 'vllm'
    notes.push("engine_type 'trtllm' has no counterpart in 1.2.1: it is 'vllm' now.")
  }
  const known = keysOf('1.2.1')
  for (const [key, value] of Object.entries(values)) {
    if (value === null || known.has(key)) continue
    notes.push(`${key} has no counterpart in 1.2.1 and is left out.`)
  }
  return only(own, '1.2.1')
}

function keysOf(release: Release): ReadonlySet<string> {
  const {engineFields, sglangFields} = formsOf(release)
  return new Set([
    ...engineFields.map(({key}) => key),
    ...sglangFields.map(({key}) => `sglang.${key}`),
    ...(release === '1.2.1' ? ['worker_type'] : []),
  ])
}

function only(values: FieldValues, release: Release): FieldValues {
  const known = keysOf(release)
  return Object.fromEntries(Object.entries(values).filter(([key]) => known.has(key)))
}

/** Reads the args, giving up the field each refusal names until the rest is accepted. */
function settled(given: FieldValues, to: Release, reading: Omit<Pool, 'args'>, notes: string[]): EngineArgs {
  const values = {...given}
  for (;;) {
    const read = formsOf(to).readEngine(values, {flag: 'engine args', ...reading})
    if (read.ok) return read.value.args
    const named = read.error.field ?? ''
    const culprit = (values[named] ?? null) === null ? lastGiven(values) : named
    assert(culprit !== undefined, read.error.message)
    notes.push(`${culprit} '${values[culprit]}' is refused by ${to} and left to its default.`)
    delete values[culprit]
  }
}

function lastGiven(values: FieldValues): string | undefined {
  return Object.keys(values).findLast(key => (values[key] ?? null) !== null)
}
