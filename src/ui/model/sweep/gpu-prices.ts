import {Persisted} from '../../kit/persisted.svelte.ts'

/** Money per GPU-hour by the name of the GPU, in any one currency, kept over visits. */
export function persistedGpuPrices(): Persisted<ReadonlyMap<string, number>> {
  return new Persisted<ReadonlyMap<string, number>>(
    'planner-replay-gpu-prices',
    text => new Map(pricesIn(text)),
    prices => (prices.size === 0 ? null : JSON.stringify(Object.fromEntries(prices))),
  )
}

/** What somebody else left under the same name is no price. */
function pricesIn(text: string | null): [string, number][] {
  try {
    const stored: unknown = JSON.parse(text ?? '{}')
    return Object.entries(stored ?? {}).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
    )
  } catch {
    return []
  }
}
