import type {CsvColumns} from '../../../config/trace-options.ts'
import type {Problem} from '../../../core/result.ts'
import {GrowingLengths, type LengthsStream} from '../../streamed/lengths-stream.ts'
import {lengthsOnlyNotice, withoutTokensNotice} from '../notices.ts'
import {CSV_NOUNS, type CsvFormat} from './csv-columns.ts'
import {type CsvRequest, CsvRequests} from './csv-request.ts'
import {CsvRows} from './csv-rows.ts'

export interface CsvStreamOptions {
  readonly fileName: string
  readonly format: CsvFormat
  readonly columns: CsvColumns
  /** About how many there are. */
  readonly rows: number
}

/** `CsvReader` of a file that comes in pieces. */
export class CsvStream implements LengthsStream {
  readonly #options: CsvStreamOptions
  readonly #requests: CsvRequests
  #rows: CsvRows | null = null
  readonly #lengths: GrowingLengths
  #withoutTokens = 0

  constructor(options: CsvStreamOptions) {
    this.#options = options
    this.#requests = new CsvRequests(options)
    this.#lengths = new GrowingLengths(options.rows)
  }

  get saysMore(): boolean {
    const {layout} = this.#requests
    return !this.#lengths.isInOrder || (layout !== null && (layout.session >= 0 || layout.hashIds >= 0))
  }

  get requestCount(): number {
    return this.#lengths.requestCount
  }

  get readAs(): LengthsStream['readAs'] {
    const {format} = this.#options
    const {guessedUnit} = this.#requests
    return format === 'csv' && guessedUnit !== null ? {format, guessedUnit} : {format}
  }

  read(piece: Uint8Array): Problem | null {
    if (this.#rows === null) this.#rows = new CsvRows(piece, this.#options.fileName)
    else this.#rows.goOn(piece)
    while (!this.#rows.isDone) {
      const rows = this.#rows.readStep()
      if (!rows.ok) return rows.error
      for (const row of rows.value) {
        const {layout} = this.#requests
        if (layout === null) {
          const problem = this.#requests.readHeader(row)
          if (problem !== null) return problem
          continue
        }
        const request = this.#requests.read(row, layout)
        if (!request.ok) return request.error
        this.#add(request.value)
      }
    }
    return null
  }

  columns() {
    return this.#lengths.columns()
  }

  get notices(): readonly string[] {
    const {format, fileName} = this.#options
    return [lengthsOnlyNotice(CSV_NOUNS[format]), ...withoutTokensNotice(fileName, this.#withoutTokens)]
  }

  #add({timestampMs, input, output}: CsvRequest): void {
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return
    }
    this.#lengths.add(timestampMs, input, output)
  }
}
