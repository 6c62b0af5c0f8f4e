/**
 * Numbers as Python prints them, so that tables and reports can be compared with the reference's byte for byte.
 */

/** Python's `f'{value:.{decimals}f}'`: rounded from the exact binary value, ties to even (toFixed rounds ties up). */
export function formatFixed(value: number, decimals: number): string {
  const magnitude = Math.abs(value)
  const digits =
    tieDigits(magnitude, decimals) ?? largeDigits(magnitude, decimals) ?? magnitude.toFixed(decimals)
  return value < 0 || Object.is(value, -0) ? `-${digits}` : digits
}

/** Python's `f'{value:,.{decimals}f}'`. */
export function formatThousands(value: number, decimals: number): string {
  const [whole = '', fraction] = formatFixed(value, decimals).split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/**
 * Digits of a value that lies exactly between two of the wanted precision, or null. A double is such a tie exactly
 * when it is an odd multiple of 2^-(decimals+1): m/2^(d+1) = m*5^d / (2*10^d).
 */
function tieDigits(magnitude: number, decimals: number): string | null {
  const multiple = magnitude * 2 ** (decimals + 1)
  if (!Number.isInteger(multiple) || multiple % 2 !== 1) return null
  const below = (BigInt(multiple) * 5n ** BigInt(decimals) - 1n) / 2n
  const even = below % 2n === 0n ? below : below + 1n
  const digits = even.toString().padStart(decimals + 1, '0')
  if (decimals === 0) return digits
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** toFixed turns to exponents from 1e21 on; such doubles are whole numbers. */
function largeDigits(magnitude: number, decimals: number): string | null {
  if (magnitude < 1e21 || !Number.isFinite(magnitude)) return null
  return decimals === 0 ? `${BigInt(magnitude)}` : `${BigInt(magnitude)}.${'0'.repeat(decimals)}`
}

/** Python's `repr` of a float: the same shortest digits as JavaScript's, laid out differently. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '-Infinity' : 'Infinity'
  const [mantissa = '0', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  // Between 1e-4 and 1e16 JavaScript writes plain digits too.
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('.') ? text : `${text}.0`
}

/** Python's `round(value)`: to the nearest whole number, ties to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
