import {formatThousands} from '../core/python/python-number.ts'
import type {CalibrationOutcome} from './fit-calibration.ts'
import type {MeasuredMetric} from './measured-run.ts'

export const METRIC_NAMES: Readonly<Record<MeasuredMetric, string>> = {
  ttft: 'TTFT',
  itl: 'ITL',
  e2e: 'End to end',
}

/** `+24.1 ms`, `−1.2 s`: signed, three digits. */
export function formatLatency(ms: number): string {
  const size = Math.abs(ms)
  const text = size >= 1000 ? `${digits(size / 1000)} s` : `${digits(size)} ms`
  return signed(ms, text)
}

export function formatFactor(factor: number): string {
  return digits(factor)
}

/** `+12 %`, `−3.1 %`, `0 %`. */
export function formatError(share: number): string {
  return signed(share, `${digits(Math.abs(share) * 100)} %`)
}

/** A figure with its sign; as written zero has none. @param size the figure written without sign */
export function signed(value: number, size: string): string {
  if (!/[1-9]/.test(size)) return size
  return `${value < 0 ? '−' : '+'}${size}`
}

/** Three significant digits, without an exponent. */
function digits(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** Three digits of a share. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

/** A verdict, and a sentence of what the fit found and what it did on the requests it had not seen. */
export function tellCalibration({isAccepted, calibration, prefillFactor, decodeFactor}: CalibrationOutcome): {
  readonly verdict: string
  readonly sentence: string
} {
  const {errorBefore, errorAfter, requests, overheadMs} = calibration
  const found = `pass times of prompts × ${prefillFactor}, of decoding × ${decodeFactor}, ${overheadMs} ms of overhead`
  const judged = `On ${formatThousands(requests, 0)} requests it was not fitted on, the error goes from ${percent(errorBefore)} to ${percent(errorAfter)} with ${found}`
  return isAccepted
    ? {verdict: 'Calibration accepted.', sentence: `${judged}.`}
    : {
        verdict: 'Calibration refused.',
        sentence: `${judged}: that is no improvement, and nothing is changed.`,
      }
}
