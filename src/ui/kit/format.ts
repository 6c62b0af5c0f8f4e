import {format} from 'd3-format'

/** All numbers a person reads pass through here, so that the same quantity looks the same everywhere. */

const integer = format(',.0f')
const oneDecimal = format(',.1f')
const twoDecimals = format(',.2f')
const thousandths = format(',.3f')
const threeDigits = format(',.3r')
const fewDigits = format('.3~r')
const exact = format(',.3~f')

/** Shown where there is no value. */
export const NONE = '–'

export type Unit = 'count' | 'ms' | 'per_s' | 'tokens' | 'hours' | 'share' | 'seconds' | 'times' | 'money'

export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE
  switch (unit) {
    case 'count':
      return Number.isInteger(value) ? integer(value) : oneDecimal(value)
    case 'ms':
      return formatMs(value)
    case 'per_s':
      return `${formatCompact(value)}/s`
    case 'tokens':
      return formatCompact(value)
    case 'hours':
      return `${formatDigits(value)} h`
    case 'share':
      return `${oneDecimal(value * 100)} %`
    case 'seconds':
      return formatSpan(value)
    case 'times':
      return `${formatCompact(value)}×`
    case 'money':
      return formatMoney(value, '')
  }
}

/** Milliseconds stay milliseconds up to ten seconds: SLAs are set in them, and 1,871 ms compares with 1,500 ms. */
export function formatMs(ms: number): string {
  if (Math.abs(ms) >= 100_000) return `${integer(ms / 1000)} s`
  if (Math.abs(ms) >= 10_000) return `${oneDecimal(ms / 1000)} s`
  if (Math.abs(ms) >= 100 || Number.isInteger(ms)) return `${integer(ms)} ms`
  return `${oneDecimal(ms)} ms`
}

/** In the unit that the largest of what stands beside it has: `2.6–120 s`, never `2,600 ms–120 s`. */
export function formatMsBeside(ms: number, largestMs: number): string {
  const isLong = Math.abs(largestMs) >= 10_000 && Math.abs(ms) < 10_000
  return isLong ? `${oneDecimal(ms / 1000)} s` : formatMs(ms)
}

/** A moment to the millisecond, for what comes in bursts: `+34 ms`, `+718.034 s`. */
export function formatOffset(ms: number): string {
  return ms < 1000 ? `+${integer(ms)} ms` : `+${thousandths(ms / 1000)} s`
}

/** 12,345 → `12.3k`; small numbers keep what makes them differ. */
export function formatCompact(value: number): string {
  const size = Math.abs(value)
  if (size >= 999_950_000) return `${threeDigits(value / 1e9)}G`
  if (size >= 999_950) return `${threeDigits(value / 1e6)}M`
  if (size >= 10_000) return `${oneDecimal(value / 1000)}k`
  if (size >= 100 || Number.isInteger(value)) return integer(value)
  return size >= 10 ? oneDecimal(value) : twoDecimals(value)
}

/** Two decimals, and below one as many as make three digits: for figures whose small differences matter. */
export function formatDigits(value: number): string {
  const size = Math.abs(value)
  return size >= 1 || size < 1e-6 ? twoDecimals(value) : fewDigits(value)
}

/** @param currency its code; '' = none is named */
export function formatMoney(amount: number, currency: string): string {
  const digits = Math.abs(amount) < 0.1 ? formatDigits(amount) : twoDecimals(amount)
  return currency === '' ? digits : `${digits} ${currency}`
}

export function formatCount(value: number): string {
  return integer(value)
}

export function formatFixed(value: number, decimals: 1 | 2): string {
  return decimals === 1 ? oneDecimal(value) : twoDecimals(value)
}

/** Position on the simulated clock: `m:ss`, `h:mm:ss` from one hour on. */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE
  const sign = seconds < 0 ? '−' : ''
  const tenths = Math.round(Math.abs(seconds) * 10)
  const whole = Math.floor(tenths / 10)
  const rest = tenths % 10 === 0 ? '' : `.${tenths % 10}`
  const pad = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  const tail = `${pad(whole % 60)}${rest}`
  return hours > 0 ? `${sign}${hours}:${pad(minutes)}:${tail}` : `${sign}${minutes}:${tail}`
}

/** A length of time in the two largest units that matter. */
export function formatSpan(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE
  if (seconds < 10) return `${oneDecimal(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return joinUnits(Math.floor(whole / 60), 'min', whole % 60, 's')
  return joinUnits(Math.floor(whole / 3600), 'h', Math.round((whole % 3600) / 60), 'min')
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${oneDecimal(bytes / 1e9)} GB`
  if (bytes >= 1e6) return `${oneDecimal(bytes / 1e6)} MB`
  if (bytes >= 1e3) return `${integer(bytes / 1e3)} kB`
  return `${bytes} B`
}

/** Every digit that counts, up to three decimals: for values a person might type in again. */
export function formatExact(value: number): string {
  return exact(value)
}
