import type {CsvColumns} from '../../../config/trace-options.ts'
import {floats, words} from '../../../core/column.ts'
import type {Problem} from '../../../core/result.ts'
import type {LengthColumns} from '../../streamed/column-source.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {lengthsOnlyNotice, withoutTokensNotice} from '../notices.ts'
import {CSV_NOUNS, type CsvFormat} from './csv-columns.ts'
import {CsvRequests} from './csv-request.ts'
import {CsvRows} from './csv-rows.ts'

export interface CsvStreamOptions {
  readonly fileName: string
  readonly format: CsvFormat
  readonly columns: CsvColumns
}

/** `CsvReader` of a file that comes in pieces and is not kept: of every request its time and its lengths, 16 bytes. */
export class CsvStream {
  readonly #options: CsvStreamOptions
  readonly #requests: CsvRequests
  #rows: CsvRows | null = null
  readonly #timestampMs = floats()
  readonly #inputLength = words()
  readonly #outputLength = words()
  #withoutTokens = 0
  #isInOrder = true

  constructor(options: CsvStreamOptions) {
    this.#options = options
    this.#requests = new CsvRequests(options)
  }

  /** The rows say more than lengths, or do not come in order of time: the file has to be read as a whole. */
  get saysMore(): boolean {
    const {layout} = this.#requests
    return !this.#isInOrder || (layout !== null && (layout.session >= 0 || layout.hashIds >= 0))
  }

  get requestCount(): number {
    return this.#timestampMs.length
  }

  /** As `CsvReader` says it of the same file. */
  get readAs(): Pick<ParsedTrace, 'format' | 'guessedUnit'> {
    const {format} = this.#options
    const {guessedUnit} = this.#requests
    return format === 'csv' && guessedUnit !== null ? {format, guessedUnit} : {format}
  }

  /** @param piece whole lines */
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

  columns(): LengthColumns {
    const {requestCount} = this
    return {
      requestCount,
      timestampMs: this.#timestampMs.slice(0, requestCount),
      inputLength: this.#inputLength.slice(0, requestCount),
      outputLength: this.#outputLength.slice(0, requestCount),
    }
  }

  get notices(): readonly string[] {
    const {format, fileName} = this.#options
    return [lengthsOnlyNotice(CSV_NOUNS[format]), ...withoutTokensNotice(fileName, this.#withoutTokens)]
  }

  #add({
    timestampMs,
    input,
    output,
  }: {
    readonly timestampMs: number
    readonly input: number
    readonly output: number
  }) {
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return
    }
    const count = this.requestCount
    if (count > 0 && timestampMs < this.#timestampMs.at(count - 1)) this.#isInOrder = false
    this.#timestampMs.push(timestampMs)
    this.#inputLength.push(input)
    this.#outputLength.push(output)
  }
}
