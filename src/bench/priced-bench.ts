import type {PoolHours} from '../report/gpu-hours.ts'
import type {BenchLine, BenchResult} from './bench-result.ts'

/** What a GPU-hour of the bench's fleet costs, of two pools by what each was paid for; null = nobody said. */
export type PriceOfHours = (hours?: PoolHours) => number | null

/** The bench in money: each line at the price of its own pools' GPUs. */
export function pricedBench(result: BenchResult, priceOf: PriceOfHours): BenchResult {
  const {bound} = result
  const shares =
    bound === null
      ? undefined
      : {prefill: bound.promptGpuHours, decode: bound.gpuHours - bound.promptGpuHours}
  return {
    ...result,
    pricePerGpuHour: priceOf(),
    boundPricePerGpuHour: priceOf(shares),
    lines: result.lines.map(line => ({...line, pricePerGpuHour: priceOf(line.gpuHoursByPool ?? undefined)})),
  }
}

/** null = nobody said. */
export function linePrice({pricePerGpuHour}: BenchLine, result: BenchResult): number | null {
  return pricePerGpuHour ?? result.pricePerGpuHour
}
