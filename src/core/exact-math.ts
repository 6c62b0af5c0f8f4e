/**
 * exp, log and their kin from + - * / alone. The language leaves the last bits of `Math.exp` and the rest to the engine,
 * and Node and Chromium do differ there; one such bit in a pass time is another run. Sums are kept as a pair
 * (value and what rounding left of it), so a result is the nearest double in all but a few cases in a hundred (of exp:
 * in ten thousand), and the next one in those: closer than most libraries, at a few dozen operations.
 */

/** Splits a double into halves whose products are exact (Dekker). */
const SPLITTER = 134217729
/** ln 2 as two doubles; the first has 21 low bits clear, so that whole multiples of it up to 2^21 are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
/** 1 / ln 2 as two doubles. */
const LOG2_E_HIGH = Math.LOG2E
const LOG2_E_LOW = 2.0355273740931033e-17
/** 1 / ln 10 as two doubles. */
const LOG10_E_HIGH = Math.LOG10E
const LOG10_E_LOW = 1.098319650216765e-17
const SQRT_HALF = Math.SQRT1_2
/** 2^(j/8) as two doubles each: the smaller the remainder, the fewer results are the next double to the nearest. */
const ROOTS = [
  1.0,
  1.0905077326652577,
  1.189207115002721,
  1.2968395546510096,
  Math.SQRT2,
  1.5422108254079407,
  1.681792830507429,
  1.8340080864093424,
]
const ROOTS_LOW = [
  0.0, -3.046782079812471e-17, 3.982015231465646e-17, 2.5382502794888315e-17, -9.667293313452913e-17,
  7.949834809697621e-17, 8.199010020581497e-17, 3.283107224245627e-17,
]

/** A double and its two halves in one place; every machine that runs browsers or Node is little-endian. */
const asDouble = new Float64Array(1)
const asWords = new Uint32Array(asDouble.buffer)

/** The part of the last pair that does not fit its value; a field and not an object, because these run in hot loops. */
let rest = 0

export function exactLog(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return logOfOdd(x)
  const value = logPair(x, 0)
  return value + rest
}

/** ln(1 + x) */
export function exactLog1p(x: number): number {
  if (!(x > -1 && x < Number.POSITIVE_INFINITY)) return logOfOdd(1 + x)
  const sum = 1 + x
  const value = logPair(sum, x - (sum - 1))
  return value + rest
}

/** Whole for every power of two. */
export function exactLog2(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return logOfOdd(x)
  const exponent = exponentOf(x)
  const value = logOfMantissa(scaleByPower(x, -exponent), 0)
  const low = rest
  const product = value * LOG2_E_HIGH
  const error = productError(value, LOG2_E_HIGH, product) + value * LOG2_E_LOW + low * LOG2_E_HIGH
  const sum = exponent + product
  return sum + (sumError(exponent, product, sum) + error)
}

/** Whole for every power of ten that a double holds exactly. */
export function exactLog10(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return logOfOdd(x)
  const value = logPair(x, 0)
  const low = rest
  const product = value * LOG10_E_HIGH
  return product + (productError(value, LOG10_E_HIGH, product) + value * LOG10_E_LOW + low * LOG10_E_HIGH)
}

/** 10^x, exact for whole x from 0 to 22. */
export function exactExp10(x: number): number {
  const whole = Math.floor(x)
  const power = exactPower(10, Math.abs(whole))
  const part = exactExp((x - whole) * Math.LN10)
  return whole < 0 ? part / power : part * power
}

export function exactExp(x: number): number {
  if (!(x > -746 && x < 710)) return expOfFar(x)
  const eighths = Math.round(x * 8 * LOG2_E_HIGH)
  const exponent = Math.floor(eighths / 8)
  const value = expOfRemainder(x, eighths, 1 / 8)
  const low = rest
  const root = ROOTS[eighths - 8 * exponent]!
  const product = root * value
  const sum = root + product
  const more = ROOTS_LOW[eighths - 8 * exponent]! * (1 + value) + root * low
  const error = sumError(root, product, sum) + (productError(root, value, product) + more)
  return scaleByPower(sum + error, exponent)
}

/** e^x - 1, true to the last digits around 0 too. */
export function exactExpm1(x: number): number {
  if (!(x > -746 && x < 710)) return expOfFar(x) - 1
  const exponent = Math.round(x * LOG2_E_HIGH)
  const value = expOfRemainder(x, exponent)
  if (exponent === 0) return value + rest
  // Too large for the 1 to matter, and near where 2^exponent itself no longer fits.
  if (exponent > 60) return scaleByPower(1 + value + (rest + sumError(1, value, 1 + value)), exponent)
  const scale = scaleByPower(1, exponent)
  const whole = scale - 1
  const scaled = value * scale
  const sum = whole + scaled
  return sum + (sumError(whole, scaled, sum) + sumError(scale, -1, whole) + rest * scale)
}

/** `base` to a whole power ≥ 0, multiplied out in a fixed order. */
export function exactPower(base: number, exponent: number): number {
  let result = 1
  for (let i = 0; i < exponent; i++) result *= base
  return result
}

function logOfOdd(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  return x > 0 ? x : Number.NaN
}

function expOfFar(x: number): number {
  if (x >= 710) return Number.POSITIVE_INFINITY
  return x <= -746 ? 0 : Number.NaN
}

/** ln(x + more), `more` being below the last digit of x. */
function logPair(x: number, more: number): number {
  const exponent = exponentOf(x)
  const value = logOfMantissa(scaleByPower(x, -exponent), scaleByPower(more, -exponent))
  const low = rest
  const whole = exponent * LN2_HIGH
  const sum = whole + value
  rest = sumError(whole, value, sum) + (exponent * LN2_LOW + low)
  return sum
}

/** ln(m + more) for m from √½ to √2, as 2 artanh of (m - 1) / (m + 1). */
function logOfMantissa(m: number, more: number): number {
  const top = m - 1
  const bottom = m + 1
  const bottomLow = sumError(m, 1, bottom) + more
  const s = top / bottom
  const product = s * bottom
  const left = top - product - productError(s, bottom, product) - s * bottomLow + more
  const sLow = left / bottom
  const z = s * s
  const tail = 2 * s * z * artanhTail(z)
  const value = 2 * s
  const sum = value + tail
  rest = sumError(value, tail, sum) + 2 * sLow
  return sum
}

/** 1/3 + z/5 + z²/7 + …, to the last bit for z up to 0.0295. */
function artanhTail(z: number): number {
  let sum = 1 / 27
  for (let odd = 25; odd >= 3; odd -= 2) sum = sum * z + 1 / odd
  return sum
}

/** e^(x - count·part·ln 2) - 1, for a remainder of at most 0.35; `part` is a power of two. */
function expOfRemainder(x: number, count: number, part = 1): number {
  const high = x - count * part * LN2_HIGH
  const low = count * part * LN2_LOW
  const r = high - low
  const rLow = high - r - low
  let series = 0
  for (let n = 16; n >= 3; n--) series = (series + 1) * (r / n)
  const half = 0.5 * r * r
  const halfLow = 0.5 * productError(r, r, r * r)
  const more = half + series * half
  const moreLow = sumError(half, series * half, more) + halfLow
  const sum = r + more
  rest = sumError(r, more, sum) + moreLow + rLow * (1 + r)
  return sum
}

/** What `sum`, the rounded a + b, leaves out; exact in any order of size. */
function sumError(a: number, b: number, sum: number): number {
  const part = sum - a
  return a - (sum - part) + (b - part)
}

/** What `product`, the rounded a * b, leaves out. */
function productError(a: number, b: number, product: number): number {
  const aHigh = SPLITTER * a - (SPLITTER * a - a)
  const bHigh = SPLITTER * b - (SPLITTER * b - b)
  const aLow = a - aHigh
  const bLow = b - bHigh
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow
}

/** The k that brings x / 2^k between √½ and √2. */
function exponentOf(x: number): number {
  const isTiny = x < 2.2250738585072014e-308
  asDouble[0] = isTiny ? x * 18014398509481984 : x
  const top = asWords[1]!
  const exponent = (top >>> 20) - 1022 - (isTiny ? 54 : 0)
  asWords[1] = (top & 0xfffff) | 0x3fe00000
  return asDouble[0]! < SQRT_HALF ? exponent - 1 : exponent
}

/** x * 2^k, in two steps where 2^k alone is no double. */
function scaleByPower(x: number, k: number): number {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(k - 1023)
  if (k < -1022) return x * powerOfTwo(k + 200) * powerOfTwo(-200)
  return x * powerOfTwo(k)
}

function powerOfTwo(k: number): number {
  asWords[0] = 0
  asWords[1] = (k + 1023) << 20
  return asDouble[0]!
}
