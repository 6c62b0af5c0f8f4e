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
  /** What pass times were multiplied by, prompts' and decoding's; absent in calibrations that did not keep it. */
  readonly factors?: CalibrationFactors
}

export interface CalibrationFactors {
  readonly prefill: number
  readonly decode: number
}

const SYNTAX = 'overhead:MS,requests:N,before:SHARE,after:SHARE[,prefill:FACTOR,decode:FACTOR],of:NAME'

/** As it stands in a link and behind `--calibration`; the name comes last, since it may have commas. */
export function formatCalibration({
  of,
  overheadMs,
  requests,
  errorBefore,
  errorAfter,
  factors,
}: Calibration): string {
  const speeds = factors === undefined ? '' : `prefill:${factors.prefill},decode:${factors.decode},`
  return `overhead:${overheadMs},requests:${requests},before:${errorBefore},after:${errorAfter},${speeds}of:${of}`
}

const PATTERN =
  /^overhead:([^,]+),requests:([^,]+),before:([^,]+),after:([^,]+),(?:prefill:([^,]+),decode:([^,]+),)?of:(.{1,200})$/

export function parseCalibration(text: string): Result<Calibration> {
  const match = PATTERN.exec(text)
  if (match === null) return fail(`a calibration reads ${SYNTAX}, not '${text.slice(0, 80)}'`, 'calibration')
  const numbers = match.slice(1, 7).flatMap(given => (given === undefined ? [] : [Number(given)]))
  const [overheadMs, requests, errorBefore, errorAfter, prefill, decode] = numbers as [
    number,
    number,
    number,
    number,
    number?,
    number?,
  ]
  const areNumbers = numbers.every(value => Number.isFinite(value) && value >= 0)
  if (!areNumbers || !Number.isInteger(requests) || prefill === 0 || decode === 0)
    return fail(
      `a calibration reads ${SYNTAX} with numbers from 0, not '${text.slice(0, 80)}'`,
      'calibration',
    )
  const calibration = {of: match[7]!, overheadMs, requests, errorBefore, errorAfter}
  return ok(
    prefill === undefined || decode === undefined
      ? calibration
      : {...calibration, factors: {prefill, decode}},
  )
}
