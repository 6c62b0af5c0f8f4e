import {RandomStream} from '../../core/random.ts'
import type {RequestColumns} from '../../engine/record/record.ts'

/** Enough for a scatter of a screen's points, and for stories of slow requests. */
const SAMPLE_SIZE = 50_000

type Row = Exclude<keyof RequestColumns, 'count' | 'arrivalOrder' | 'sampled'>
type Column = NonNullable<RequestColumns[Row]>

const ROW = [
  'arrivalMs',
  'firstAdmitMs',
  'firstTokenMs',
  'secondTokenMs',
  'lastTokenMs',
  'inputLength',
  'outputLength',
  'emittedTokens',
  'reusedTokens',
  'preemptions',
  'workerId',
  'prefillWorkerId',
  'terminalMs',
  'status',
  'firstReusedTokens',
] as const satisfies readonly Row[]

/**
 * A few of many requests, each as likely as any other, chosen as they come (Vitter 1985, algorithm R). All runs on one traffic draw the
 * same ones, so that they can be compared request by request.
 */
export class RequestSample {
  readonly #random = new RandomStream(0, 'sample')
  /** Those that the requests have. */
  #columns: readonly {readonly name: Row; readonly of: Column}[] = []
  /** Number of each row's request, in order of arrival. */
  readonly #number = new Int32Array(SAMPLE_SIZE)
  #seen = 0

  add(requests: RequestColumns, row: number): void {
    if (this.#seen === 0) this.#columns = emptyColumns(requests)
    const number = this.#seen++
    const place = number < SAMPLE_SIZE ? number : this.#random.nextInt(number + 1)
    if (place >= SAMPLE_SIZE) return
    this.#number[place] = number
    for (const {name, of} of this.#columns) of[place] = requests[name]![row]!
  }

  /** In order of arrival. */
  columns(): RequestColumns {
    const count = Math.min(this.#seen, SAMPLE_SIZE)
    const order = Int32Array.from({length: count}, (_, place) => place).sort(
      (a, b) => this.#number[a]! - this.#number[b]!,
    )
    const rows = this.#columns.map(({name, of}) => {
      const column = emptyLike(of, count)
      order.forEach((place, row) => {
        column[row] = of[place]!
      })
      return [name, column] as const
    })
    return {
      ...(Object.fromEntries(rows) as unknown as Pick<RequestColumns, Row>),
      count,
      arrivalOrder: Int32Array.from({length: count}, (_, row) => row),
      sampled: {of: this.#seen, number: order.map(place => this.#number[place]!)},
    }
  }
}

function emptyColumns(requests: RequestColumns) {
  return ROW.flatMap(name => {
    const column = requests[name]
    return column === undefined ? [] : [{name, of: emptyLike(column, SAMPLE_SIZE)}]
  })
}

function emptyLike(column: Column, length: number): Column {
  if (column instanceof Float64Array) return new Float64Array(length)
  return column instanceof Uint8Array ? new Uint8Array(length) : new Int32Array(length)
}
