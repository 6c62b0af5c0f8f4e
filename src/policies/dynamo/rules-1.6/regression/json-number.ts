/** Largest value of an unsigned 64-bit integer. */
const MOST = 2n ** 64n - 1n

/**
 * What is left of a number that went to the native library as JSON (planner-1.6.md 6.8): its reader takes the digits of
 * the shortest decimal text as one integer and scales it once by a power of ten, which is off by one unit in the last
 * place for about every tenth number.
 */
export function throughJson(value: number): number {
  if (Number.isInteger(value)) return value
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) return value
  const [, sign, whole, fraction = '', exponent = '0'] = match
  let digits = 0n
  let power = Number(exponent)
  let isFull = false
  for (const [i, digit] of [...`${whole}${fraction}`].entries()) {
    const next = digits * 10n + BigInt(digit)
    isFull ||= next > MOST
    if (!isFull) digits = next
    const isFraction = i >= (whole?.length ?? 0)
    if (isFraction && !isFull) power--
    if (!isFraction && isFull) power++
  }
  // Number() of a bigint rounds correctly, as the conversion of the native library does.
  const magnitude = scaled(Number(digits), power)
  return sign === '-' ? -magnitude : magnitude
}

/** Powers of ten up to here are exact, and every wall time is within. */
const EXACT_POWERS = Array.from({length: 309}, (_, power) => Number(`1e${power}`))

function scaled(digits: number, power: number): number {
  if (power === 0) return digits
  const factor = EXACT_POWERS[Math.min(308, Math.abs(power))]!
  return power > 0 ? digits * factor : digits / factor
}
