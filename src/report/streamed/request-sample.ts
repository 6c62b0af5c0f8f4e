import {RandomStream} from '../../core/random.ts'
import type {RequestColumns} from '../../engine/record/record.ts'

/** Enough for a scatter of a screen's points, and for stories of slow requests. */
const SAMPLE_SIZE = 50_000

type Columns = {readonly [K in keyof RequestColumns]-?: NonNullable<RequestColumns[K]>}
type Row = Extract<
  keyof Columns,
  | `${string}Ms`
  | 'inputLength'
  | 'outputLength'
  | 'emittedTokens'
  | 'reusedTokens'
  | 'preemptions'
  | 'workerId'
  | 'prefillWorkerId'
>

const DOUBLES = [
  'arrivalMs',
  'firstAdmitMs',
  'firstTokenMs',
  'secondTokenMs',
  'lastTokenMs',
] as const satisfies readonly Row[]
const INTEGERS = [
  'inputLength',
  'outputLength',
  'emittedTokens',
  'reusedTokens',
  'preemptions',
  'workerId',
  'prefillWorkerId',
] as const satisfies readonly Row[]

/**
 * A few of many requests, each as likely as any other, chosen as they come (Vitter 1985, algorithm R). All runs on one traffic draw the
 * same ones, so that they can be compared request by request.
 */
export class RequestSample {
  readonly #random = new RandomStream(0, 'sample')
  readonly #doubles = DOUBLES.map(() => new Float64Array(SAMPLE_SIZE))
  readonly #integers = INTEGERS.map(() => new Int32Array(SAMPLE_SIZE))
  /** Number of each row's request, in order of arrival. */
  readonly #number = new Int32Array(SAMPLE_SIZE)
  #seen = 0

  add(requests: RequestColumns, row: number): void {
    const number = this.#seen++
    const place = number < SAMPLE_SIZE ? number : this.#random.nextInt(number + 1)
    if (place >= SAMPLE_SIZE) return
    this.#number[place] = number
    DOUBLES.forEach((name, i) => {
      this.#doubles[i]![place] = requests[name][row]!
    })
    INTEGERS.forEach((name, i) => {
      this.#integers[i]![place] = requests[name][row]!
    })
  }

  /** In order of arrival. */
  columns(): RequestColumns {
    const count = Math.min(this.#seen, SAMPLE_SIZE)
    const order = Int32Array.from({length: count}, (_, place) => place).sort(
      (a, b) => this.#number[a]! - this.#number[b]!,
    )
    const doubles = DOUBLES.map((name, i) => [
      name,
      Float64Array.from(order, place => this.#doubles[i]![place]!),
    ])
    const integers = INTEGERS.map((name, i) => [name, order.map(place => this.#integers[i]![place]!)])
    return {
      count,
      ...(Object.fromEntries(doubles) as Pick<Columns, (typeof DOUBLES)[number]>),
      ...(Object.fromEntries(integers) as Pick<Columns, (typeof INTEGERS)[number]>),
      arrivalOrder: Int32Array.from({length: count}, (_, row) => row),
      sampled: {of: this.#seen, number: order.map(place => this.#number[place]!)},
    }
  }
}
