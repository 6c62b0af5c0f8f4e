/** Kubernetes quantities, as numbers of thousandths or as plain numbers (policies.md 1.2). */

const SUFFIXES: Readonly<Record<string, bigint>> = {
  '': 1_000_000_000n,
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 1024n * 10n ** 9n,
  Mi: 1024n ** 2n * 10n ** 9n,
  Gi: 1024n ** 3n * 10n ** 9n,
  Ti: 1024n ** 4n * 10n ** 9n,
  Pi: 1024n ** 5n * 10n ** 9n,
  Ei: 1024n ** 6n * 10n ** 9n,
}

const PATTERN = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/

/** Thousandths, rounded up as the API server does; null where the text is no quantity. */
export function parseQuantityMilli(text: string): number | null {
  const nano = parseNano(text)
  return nano === null ? null : Number(divideUp(nano, 1_000_000n))
}

/** The number as the controller turns a tolerance into a double: whole, or thousandths or millionths times their size. */
export function parseQuantityNumber(text: string): number | null {
  const nano = parseNano(text)
  if (nano === null) return null
  if (nano % 1_000_000_000n === 0n) return Number(nano / 1_000_000_000n)
  if (nano % 1_000_000n === 0n) return Number(nano / 1_000_000n) * 0.001
  return Number(divideUp(nano, 1_000n)) * 1e-6
}

/** Billionths, exact but for what is smaller, which is rounded up. */
function parseNano(text: string): bigint | null {
  const match = PATTERN.exec(text.trim())
  if (match === null) return null
  const [, sign = '', digits = '', exponent, suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const unit = exponent === undefined ? SUFFIXES[suffix] : 1_000_000_000n
  if (unit === undefined) return null
  const power = Number(exponent ?? 0) - fraction.length
  const value = BigInt(`${whole}${fraction}` || '0') * unit * (sign === '-' ? -1n : 1n)
  return power >= 0 ? value * 10n ** BigInt(power) : divideUp(value, 10n ** BigInt(-power))
}

function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by > 0n ? quotient + 1n : quotient
}
