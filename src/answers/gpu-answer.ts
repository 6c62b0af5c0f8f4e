import {type EngineArgs, poolsOf, type Scenario} from '../config/scenario.ts'
import {count} from '../report/findings/words.ts'
import type {SweepAxis} from '../sweep/axis.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {configurationsOf, type PriceOf} from './configurations.ts'
import {bottomLine, type SweepQuestion} from './sweep-answer.ts'

/** Money per GPU-hour in any one currency, by the name of the GPU. */
export type GpuPrices = ReadonlyMap<string, number>

/** The swept knob that names the GPU of all engines; null = one GPU for all points. */
export function gpuAxisOf(axes: readonly SweepAxis[]): SweepAxis | null {
  return axes.find(({key}) => key.path === 'engine.aic_system') ?? null
}

/** Knobs that change how much memory an engine has for its KV cache. */
const SIZING_FIELDS = ['aic_system', 'aic_tp_size', 'aic_model_path', 'aic_backend']

export function changesMemory(axes: readonly SweepAxis[]): boolean {
  return axes.some(
    ({key}) => key.path === 'tp' || SIZING_FIELDS.some(field => key.path.endsWith(`.${field}`)),
  )
}

export function gpuPriceOf(axis: SweepAxis, prices: GpuPrices): PriceOf {
  return row => prices.get(gpuOf(row, axis)) ?? null
}

export function isPriced({values}: SweepAxis, prices: GpuPrices): boolean {
  return values.every(value => prices.has(String(value)))
}

function gpuOf({axes}: FinishedRow, {key}: SweepAxis): string {
  return String(axes[key.name])
}

/** GPU by GPU, because their hours cost differently and nobody said by how much. */
export function answerByGpu(axis: SweepAxis, question: SweepQuestion): readonly string[] {
  const lines = axis.values.flatMap(value => {
    const rows = question.rows.filter(row => gpuOf(row, axis) === String(value))
    const all = configurationsOf(rows)
    return all.length === 0 ? [] : [`${String(value)}: ${lowered(bottomLine(all, question))}`]
  })
  return [
    ...lines,
    'An hour of one GPU costs more than an hour of another: give each its price to compare them.',
  ]
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

/** How much KV cache the engines had, where the sweep changes what there is room for. */
export function describeCapacity(
  scenarios: readonly Scenario[],
  axes: readonly SweepAxis[],
): readonly string[] {
  if (!changesMemory(axes)) return []
  const blocks = scenarios.flatMap(({fleet}) => poolsOf(fleet).map(([, {args}]) => capacityOf(args)))
  const [least, most] = [Math.min(...blocks), Math.max(...blocks)]
  if (blocks.length === 0) return []
  return least === most
    ? [
        `The KV cache of every point is the same, ${count(least)} tokens, though another GPU or tensor parallelism has another room for it.`,
      ]
    : [`The KV cache is what each engine has room for: ${count(least)} to ${count(most)} tokens.`]
}

function capacityOf({num_gpu_blocks, block_size}: EngineArgs): number {
  return num_gpu_blocks * block_size
}
