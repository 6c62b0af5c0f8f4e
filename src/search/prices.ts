import {poolsOf, type Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {PoolHours} from '../report/gpu-hours.ts'
import type {PointFigures} from '../sweep/points.ts'

/** Money per GPU-hour by GPU type, in any currency; '' = a GPU of any other type. Empty = nobody said. */
export type Prices = Readonly<Record<string, number>>

/** `2.5`, or `h200_sxm=2.5`; given more than once they add up. */
export function parsePrices(texts: readonly string[]): Result<Prices> {
  const prices: Record<string, number> = {}
  for (const text of texts) {
    const match = /^(?:([\w.-]+)=)?(\d{1,9}(?:\.\d{1,9})?)$/.exec(text)
    const price = Number(match?.[2])
    if (match === null || price <= 0)
      return fail(`a price reads GPU=2.5 or 2.5, got '${text.slice(0, 40)}'`, '--price')
    prices[match[1] ?? ''] = price
  }
  return ok(prices)
}

/** What is paid for of a run. */
export type PaidHours = Pick<PointFigures, 'billed_gpu_hours' | 'billed_gpu_hours_by_pool'>

/** Money that a run costs, each pool's hours at the price of its GPUs; null where nobody said. */
export function moneyOf(scenario: Scenario, paid: PaidHours, prices: Prices): number | null {
  const price = priceOf(scenario, prices, paid.billed_gpu_hours_by_pool)
  return price === null ? null : price * paid.billed_gpu_hours
}

/**
 * What a GPU-hour of a scenario costs; null where nobody said. Of pools of two prices the mean of a run by what each was
 * paid for; before a run, or where that was not kept, the dearer one.
 */
export function priceOf(scenario: Scenario, prices: Prices, hours?: PoolHours): number | null {
  const own = poolsOf(scenario.fleet).map(([name, {args}]) => ({
    price: prices[args.aic_system ?? ''] ?? prices[''] ?? null,
    hours: hours === undefined || name === 'agg' ? 0 : hours[name],
  }))
  if (own.some(({price}) => price === null)) return null
  const all = own.reduce((sum, pool) => sum + pool.hours, 0)
  const dearest = Math.max(...own.map(({price}) => Number(price)))
  if (all <= 0 || own.every(({price}) => price === dearest)) return dearest
  return own.reduce((sum, pool) => sum + Number(pool.price) * pool.hours, 0) / all
}
