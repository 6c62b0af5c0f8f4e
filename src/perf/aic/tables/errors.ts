import {RunError} from '../../../core/result.ts'

/** Short names, as the reference's exceptions are called; the `perf` subcommand prints them. */
export type AicErrorName =
  | 'PerfDataNotAvailableError'
  | 'MissingSystemFlopsError'
  | 'ValueError'
  | 'AssertionError'

/** No prediction for these arguments: a table was never measured, or the arguments make no sense. */
export class AicDataError extends RunError {
  override readonly name: AicErrorName

  constructor(name: AicErrorName, message: string) {
    super(message)
    this.name = name
  }
}

export function noData(message: string): AicDataError {
  return new AicDataError('PerfDataNotAvailableError', message)
}
