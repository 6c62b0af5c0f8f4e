const DATE = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d):(\d\d(?:\.\d{1,12})?)(?:Z|([+-]\d\d:?\d\d))?$/
const MINUTE = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)$/
const MINUTE_LENGTH = 16

/** Reads dates with a time, and plain numbers, to ms. Rows come in order of time, so most share a minute. */
export class TimeReader {
  readonly #unitMs: number
  #minute = ''
  #minuteMs = Number.NaN

  constructor(unitMs: number) {
    this.#unitMs = unitMs
  }

  /** NaN if the text is neither. Dates without a zone are UTC. */
  read(text: string): number {
    const trimmed = text.trim()
    if (trimmed.length <= MINUTE_LENGTH || trimmed.charCodeAt(4) !== 45)
      return parseNumber(trimmed) * this.#unitMs
    const match = DATE.exec(trimmed)
    if (match === null) return Number.NaN
    const [, minute, seconds, zone] = match
    return this.#readMinute(minute!) + Number(seconds) * 1000 - (zone === undefined ? 0 : zoneMs(zone))
  }

  #readMinute(minute: string): number {
    if (minute === this.#minute) return this.#minuteMs
    const [, year, month, day, hours, minutes] = MINUTE.exec(minute)!
    this.#minute = minute
    this.#minuteMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hours), Number(minutes))
    return this.#minuteMs
  }
}

function zoneMs(zone: string): number {
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return minutes * 60_000 * (zone.startsWith('-') ? -1 : 1)
}

/** A decimal number as people write it; NaN for hex, words and empty text, which `Number` takes. */
export function parseNumber(text: string): number {
  if (text.length <= 15 && isDigits(text)) return +text
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

/** A number, as against a date. */
export function isNumber(text: string): boolean {
  return !Number.isNaN(parseNumber(text.trim()))
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return text.length > 0
}

/**
 * The unit of a time counted from 1970, told by its digits: 10 for seconds, 13, 16 and 19 for ms, µs and ns, each good for
 * the years 2001 to 2286. null for anything else.
 */
export function unitOfEpoch(value: unknown): 's' | 'ms' | 'us' | 'ns' | null {
  const digits = /^(\d+)(?:\.\d*)?$/.exec(
    typeof value === 'number' ? value.toFixed(0) : String(value).trim(),
  )?.[1]
  if (digits === undefined || digits.startsWith('0')) return null
  return ({10: 's', 13: 'ms', 16: 'us', 19: 'ns'} as const)[digits.length as 10] ?? null
}
