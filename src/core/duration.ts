/**
 * Simulated durations in whole nanoseconds, rounded as the reference does (engine.md 4.1).
 * Times accumulate, so even the last bit matters: never shortcut to `now + ms`.
 */

const EPSILON = 2 ** -52
/** Nearly ten hours. */
const MOST_EXACT_NANOS = 2 ** 45

/** `round-half-even(x * 1e9)` for the exact value of the double `x` (seconds, >= 0). Returns whole nanoseconds. */
export function nanosFromSeconds(seconds: number): number {
  const product = seconds * 1e9
  const floor = Math.floor(product)
  const rest = product - floor
  // The rounded product may lie on the wrong side of a tie; only then is exact arithmetic needed.
  if (Math.abs(rest - 0.5) <= product * EPSILON) return nanosFromSecondsExact(seconds)
  return rest > 0.5 ? floor + 1 : floor
}

/** Seconds of a whole number of nanoseconds, split at the second as the reference's duration type does. */
export function secondsFromNanos(nanos: number): number {
  if (nanos < 1e9) return nanos / 1e9
  const whole = Math.floor(nanos / 1e9)
  return whole + (nanos - whole * 1e9) / 1e9
}

/**
 * Milliseconds of a modelled duration after speed-up, rounded to nanoseconds before and after the division.
 * @param ms modelled duration in milliseconds, >= 0
 * @param ratio speed-up; 0 or less means no scaling
 */
export function scaledDurationMs(ms: number, ratio: number): number {
  const nanos = nanosFromSeconds(ms / 1000)
  // Seconds made of so few nanoseconds are far closer to them than half a one: they come back the same.
  const isUnscaled = ratio <= 0 || (ratio === 1 && nanos < MOST_EXACT_NANOS)
  if (isUnscaled || nanos === 0) return secondsFromNanos(nanos) * 1000
  return secondsFromNanos(nanosFromSeconds(secondsFromNanos(nanos) / ratio)) * 1000
}

const float = new Float64Array(1)
const bits = new BigUint64Array(float.buffer)

function nanosFromSecondsExact(seconds: number): number {
  float[0] = seconds
  const raw = bits[0]!
  const exponent = Number((raw >> 52n) & 0x7ffn)
  const fraction = raw & 0xfffffffffffffn
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n
  const shift = (exponent === 0 ? 1 : exponent) - 1075
  const scaled = mantissa * 1_000_000_000n
  if (shift >= 0) return Number(scaled << BigInt(shift))
  const divisor = 1n << BigInt(-shift)
  const quotient = scaled / divisor
  const twice = (scaled % divisor) * 2n
  const up = twice > divisor || (twice === divisor && (quotient & 1n) === 1n)
  return Number(up ? quotient + 1n : quotient)
}
