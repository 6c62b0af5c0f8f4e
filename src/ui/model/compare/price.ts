import {Persisted} from '../../kit/persisted.svelte.ts'

/** Money per GPU-hour in any currency, kept over visits; null = not set. */
export function persistedPrice(): Persisted<number | null> {
  return new Persisted<number | null>(
    'planner-replay-price-per-gpu-hour',
    text => parsePrice(text ?? ''),
    price => (price === null ? null : String(price)),
  )
}

/** A positive amount, with a decimal point or comma; null for anything else. */
export function parsePrice(text: string): number | null {
  if (!/^\s*\d{1,9}([.,]\d{1,9})?\s*$/.test(text)) return null
  const price = Number(text.replace(',', '.'))
  return price > 0 ? price : null
}
