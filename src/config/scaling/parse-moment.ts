import {parseDurationS} from '../../core/parse-duration.ts'

/** A moment as people write it. */
export type Moment =
  /** Seconds from the start of the trace. */
  | {readonly kind: 'offset'; readonly seconds: number}
  /** Seconds of the day. */
  | {readonly kind: 'clock'; readonly seconds: number}
  /** Seconds since 1970. */
  | {readonly kind: 'date'; readonly seconds: number}

/** Larger plain numbers are seconds, milliseconds since 1970: no schedule spans thirty years. */
const LEAST_EPOCH_S = 1e9
const LEAST_EPOCH_MS = 1e12

/** Reads `90`, `6 min`, `08:30`, the cron form `30 8 * * *`, a date such as `2026-01-31 08:30:00`, or seconds or ms since 1970. */
export function parseMoment(text: string): Moment | null {
  const trimmed = text.trim().replace(/^"(.*)"$/, '$1')
  return parseNumber(trimmed) ?? parseClock(trimmed) ?? parseDate(trimmed) ?? parseOffset(trimmed)
}

function parseNumber(text: string): Moment | null {
  if (!/^\d+(\.\d+)?$/.test(text)) return null
  const number = Number(text)
  if (number >= LEAST_EPOCH_MS) return {kind: 'date', seconds: number / 1000}
  return {kind: number >= LEAST_EPOCH_S ? 'date' : 'offset', seconds: number}
}

function parseClock(text: string): Moment | null {
  const cron = /^(\d{1,2})\s+(\d{1,2})\s+\*\s+\*\s+\*$/.exec(text)
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  const [hour, minute, second] =
    cron === null ? [clock?.[1], clock?.[2], clock?.[3] ?? '0'] : [cron[2], cron[1], '0']
  if (hour === undefined || minute === undefined) return null
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const isRight = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  return isRight ? {kind: 'clock', seconds} : null
}

function parseDate(text: string): Moment | null {
  const pattern =
    /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/
  const match = pattern.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second = '0', zone = 'Z'] = match
  const time = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const days = daysSince1970(Number(year), Number(month), Number(day))
  return {kind: 'date', seconds: days * 86_400 + time - zoneSeconds(zone)}
}

function parseOffset(text: string): Moment | null {
  const seconds = parseDurationS(text)
  return seconds === null ? null : {kind: 'offset', seconds}
}

function zoneSeconds(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
  if (match === null) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60
  return match[1] === '-' ? -seconds : seconds
}

/** Of the Gregorian calendar: years begin in March here, so that the leap day is the last. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
