import {fail, ok, type Result} from '../core/result.ts'

/**
 * What was learned from a measured run beside the engine args' speed-up ratios, which a calibration sets: it changes no figure of
 * a run and is named wherever the run is judged.
 */
export interface Calibration {
  /** Name of the measured file. */
  readonly of: string
  /** Time outside the engine that every request takes on top of what is simulated, ms. */
  readonly overheadMs: number
  /** Measured requests that it was judged on, others than those it was fitted on. */
  readonly requests: number
  /** Mean over TTFT, ITL and end-to-end latency of the median |simulated ÷ measured − 1| of those requests. */
  readonly errorBefore: number
  readonly errorAfter: number
}

const SYNTAX = 'overhead:MS,requests:N,before:SHARE,after:SHARE,of:NAME'

/** As it stands in a link and behind `--calibration`; the name comes last, since it may have commas. */
export function formatCalibration({of, overheadMs, requests, errorBefore, errorAfter}: Calibration): string {
  return `overhead:${overheadMs},requests:${requests},before:${errorBefore},after:${errorAfter},of:${of}`
}

export function parseCalibration(text: string): Result<Calibration> {
  const match = /^overhead:([^,]+),requests:([^,]+),before:([^,]+),after:([^,]+),of:(.{1,200})$/.exec(text)
  if (match === null) return fail(`a calibration reads ${SYNTAX}, not '${text.slice(0, 80)}'`, 'calibration')
  const [overheadMs, requests, errorBefore, errorAfter] = match.slice(1, 5).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const areNumbers = [overheadMs, requests, errorBefore, errorAfter].every(
    value => Number.isFinite(value) && value >= 0,
  )
  if (!areNumbers || !Number.isInteger(requests))
    return fail(
      `a calibration reads ${SYNTAX} with numbers from 0, not '${text.slice(0, 80)}'`,
      'calibration',
    )
  return ok({of: match[5]!, overheadMs, requests, errorBefore, errorAfter})
}
