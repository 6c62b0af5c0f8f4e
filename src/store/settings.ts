/** Small choices that outlive the page; where storage is forbidden they last as long as the page. */
const PRICE_KEY = 'planner-replay-price-per-gpu-hour'

/** Money per GPU-hour in any currency; null = not set. */
export function readPrice(): number | null {
  try {
    return parsePrice(localStorage.getItem(PRICE_KEY) ?? '')
  } catch {
    return null
  }
}

export function writePrice(price: number | null): void {
  try {
    if (price === null) localStorage.removeItem(PRICE_KEY)
    else localStorage.setItem(PRICE_KEY, String(price))
  } catch {
    // Forbidden or full: the price on the page still holds.
  }
}

/** A positive amount, with a decimal point or comma; null for anything else. */
export function parsePrice(text: string): number | null {
  if (!/^\s*\d{1,9}([.,]\d{1,9})?\s*$/.test(text)) return null
  const price = Number(text.replace(',', '.'))
  return price > 0 ? price : null
}
