import type {TraceFormat} from '../../config/trace-options.ts'
import {CsvStream, type CsvStreamOptions} from '../formats/csv/csv-stream.ts'
import {LengthLinesStream} from '../formats/lengths/length-lines-stream.ts'
import type {LengthsStream} from './lengths-stream.ts'

/** null for a format whose rows say more than lengths. */
export function lengthsStreamFor(
  format: TraceFormat,
  options: Omit<CsvStreamOptions, 'format'>,
): LengthsStream | null {
  switch (format) {
    case 'azure':
    case 'burstgpt':
    case 'csv':
      return new CsvStream({...options, format})
    case 'lengths':
      return new LengthLinesStream(options)
    default:
      return null
  }
}
