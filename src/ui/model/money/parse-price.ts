/** A positive amount, with a decimal point or comma; null for anything else. */
export function parsePrice(text: string): number | null {
  if (!/^\s*\d{1,9}([.,]\d{1,9})?\s*$/.test(text)) return null
  const price = Number(text.replace(',', '.'))
  return price > 0 ? price : null
}
