import type {TimeUnit} from '../../../config/trace-options.ts'
import {fail, ok, type Problem, type Result} from '../../../core/result.ts'
import {INT32_MAX} from '../../int32.ts'
import {timeUnitMs} from '../time-unit.ts'
import {type CsvLayout, findLayout, type LayoutRequest} from './csv-columns.ts'
import type {CsvRow} from './csv-rows.ts'
import {isNumber, parseNumber, TimeReader, unitOfEpoch} from './csv-time.ts'

/** What one row says of a request whatever else it holds. */
export interface CsvRequest {
  readonly timestampMs: number
  /** 0 = the request failed in the recording. */
  readonly input: number
  readonly output: number
}

/** Reads the requests of CSV rows, of which the first is the header. */
export class CsvRequests {
  readonly #request: LayoutRequest
  #layout: CsvLayout | null = null
  /** null until the first row tells the unit. */
  #time: TimeReader | null = null
  #guessedUnit: TimeUnit | null = null

  constructor(request: LayoutRequest) {
    this.#request = request
  }

  /** null until the header was read. */
  get layout(): CsvLayout | null {
    return this.#layout
  }

  /** The unit that times were taken to be in where nothing says it; null where something does. */
  get guessedUnit(): TimeUnit | null {
    return this.#guessedUnit
  }

  readHeader({cells}: CsvRow): Problem | null {
    const layout = findLayout(cells, this.#request)
    if (!layout.ok) return layout.error
    this.#layout = layout.value
    return null
  }

  read({line, cells}: CsvRow, layout: CsvLayout): Result<CsvRequest> {
    if (cells.length !== layout.header.length)
      return this.fail(line, `has ${cells.length} cells, the header has ${layout.header.length}`, '')
    const input = readLength(cells[layout.input]!)
    const output = readLength(cells[layout.output]!)
    if (Number.isNaN(input)) return this.#failAt(line, cells, layout, 'input')
    if (Number.isNaN(output)) return this.#failAt(line, cells, layout, 'output')
    const time = cells[layout.timestamp]!
    this.#time ??= this.#timeReaderFor(time, layout)
    const timestampMs = this.#time.read(time)
    if (!Number.isFinite(timestampMs)) return this.#failAt(line, cells, layout, 'timestamp')
    return ok({timestampMs, input, output})
  }

  #timeReaderFor(first: string, {unit, usualUnit}: CsvLayout): TimeReader {
    const told = unit ?? unitOfEpoch(first)
    if (told === null && isNumber(first)) this.#guessedUnit = usualUnit
    return new TimeReader(timeUnitMs(told ?? usualUnit))
  }

  fail(line: number, text: string, field: string): Result<never> {
    const message = `${this.#request.fileName}: trace line ${line} ${text}`
    return field === '' ? {ok: false, error: {message}} : fail(message, field)
  }

  #failAt(
    line: number,
    cells: readonly string[],
    layout: CsvLayout,
    field: 'timestamp' | 'input' | 'output',
  ): Result<never> {
    const column = layout.header[layout[field]]!.trim()
    const wanted =
      field === 'timestamp' ? 'a date or a number' : `a whole number of tokens up to ${INT32_MAX}`
    const got = cells[layout[field]]!.slice(0, 40)
    return this.fail(line, `needs ${wanted} in ${column}, got "${got}"`, column)
  }
}

/** NaN for anything that is not a count of tokens; some exporters write counts as `12.0`. */
function readLength(text: string): number {
  const value = parseNumber(text.trim())
  return Number.isInteger(value) && value >= 0 && value <= INT32_MAX ? value : Number.NaN
}
