import {poolsOf, type Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'

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

/**
 * What a GPU-hour of a scenario costs; null where nobody said. Pools of two prices cannot be told apart in the GPU-hours
 * of a run, so they take the dearer one.
 */
export function priceOf(scenario: Scenario, prices: Prices): number | null {
  const own = poolsOf(scenario.fleet).map(([, {args}]) => prices[args.aic_system ?? ''] ?? prices[''] ?? null)
  return own.some(price => price === null) ? null : Math.max(...own.map(Number))
}
