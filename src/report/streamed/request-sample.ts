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
 * A few of many requests, each as likely as any other, chosen by their numbers (Vitter 1985, algorithm R). All runs on one traffic draw the
 * same ones, so that they can be compared request by request, although turns of sessions come in another order in each.
 */
export class RequestSample {
  readonly #random = new RandomStream(0, 'sample')
  /** Those that the requests have. */
  #columns: readonly {readonly name: Row; readonly of: Column}[] = []
  /** By place: number of its request, -1 = it has none; and how many came before that. */
  readonly #number = new Int32Array(SAMPLE_SIZE).fill(-1)
  readonly #before = new Float64Array(SAMPLE_SIZE)
  #seen = 0
  /** Numbers for which a place was drawn, and the places of those that have one and did not come yet. */
  #drawn = SAMPLE_SIZE
  readonly #drawnPlaces = new Map<number, number>()

  /** @param number of the request in the trace */
  add(requests: RequestColumns, row: number, number: number): void {
    if (this.#seen === 0) this.#columns = emptyColumns(requests)
    const before = this.#seen++
    const place = number < SAMPLE_SIZE ? number : this.#placeOf(number)
    // Whoever has a later number would have put it out.
    if (place < 0 || this.#number[place]! > number) return
    this.#number[place] = number
    this.#before[place] = before
    for (const {name, of} of this.#columns) of[place] = requests[name]![row]!
  }

  /** -1 = it has none. Places are drawn in the order of numbers. */
  #placeOf(number: number): number {
    for (; this.#drawn <= number; this.#drawn++) {
      const place = this.#random.nextInt(this.#drawn + 1)
      if (place < SAMPLE_SIZE) this.#drawnPlaces.set(this.#drawn, place)
    }
    const place = this.#drawnPlaces.get(number) ?? -1
    this.#drawnPlaces.delete(number)
    return place
  }

  /** In the order of numbers. */
  columns(): RequestColumns {
    const taken = Int32Array.from({length: SAMPLE_SIZE}, (_, place) => place).filter(
      place => this.#number[place]! >= 0,
    )
    const order = taken.sort((a, b) => this.#number[a]! - this.#number[b]!)
    const count = order.length
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
      arrivalOrder: arrivalOrder(Float64Array.from(order, place => this.#before[place]!)),
      sampled: {of: this.#seen, number: order.map(place => this.#number[place]!)},
    }
  }
}

/** @param before of each row, how many requests came before it */
function arrivalOrder(before: ArrayLike<number>): Int32Array {
  return Int32Array.from(before, (_, row) => row).sort((a, b) => before[a]! - before[b]!)
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
