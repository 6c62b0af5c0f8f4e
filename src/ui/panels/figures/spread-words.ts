import type {ReportBand, ReportSpread} from '../../../report/report.ts'
import {formatDigits, formatMsBeside, formatValue} from '../../kit/format.ts'

/** What repeats are, after their number. */
export const REPEATS: Readonly<Record<ReportSpread['of'], string>> = {
  phase: 'phases',
  seed: 'trace seeds',
  order: 'orders of the samples',
}

/** The band of a figure over the repeats; null where there is none. */
export function bandOf(spread: ReportSpread | undefined, figure: string): ReportBand | null {
  const band = spread?.[figure]
  return typeof band === 'object' ? band : null
}

/** A figure in words; the largest that stands beside it says in which unit. */
export type Tell = (value: number, largest: number) => string

/** `median 4.0 s [2.6–120 s] of 5`; the unit stands once where both ends have the same. */
export function tellBand({min, median, max}: ReportBand, runs: number, tell: Tell): string {
  const [low, middle, high] = [min, median, max].map(value => tell(value, max)) as [string, string, string]
  return `median ${middle} [${tellRange(low, high)}] of ${runs}`
}

/** `2.6–120 s`; the unit stands once where both ends have the same. */
export function tellRange(from: string, to: string): string {
  const unit = /[^\d.,]+$/.exec(to)?.[0] ?? ''
  return unit !== '' && from.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`
}

export const TELL = {
  share: (value: number) => formatValue(value, 'share'),
  ms: formatMsBeside,
  hours: (value: number) => formatDigits(value),
  count: (value: number) => formatValue(value, 'count'),
} as const

/** 95 %, not 95.0 %: it is what somebody typed. */
export function formatShare(share: number): string {
  return formatValue(share, 'share').replace('.0 %', ' %')
}
