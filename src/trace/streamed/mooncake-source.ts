import {RunError} from '../../core/result.ts'
import {LeadingArrivals} from '../doctor/leading-arrivals.ts'
import {BlockSizeTally} from '../doctor/odd-rows.ts'
import type {TraceOddity} from '../doctor/oddity.ts'
import {mooncakeNotices} from '../formats/mooncake.ts'
import {linePieces, type NextPiece, unpackedPieces} from './file-pieces.ts'
import {type MooncakeRowOptions, MooncakeRows} from './mooncake-rows.ts'
import type {RequestSource} from './request-source.ts'
import {type PassedOver, SourceTally} from './source-tally.ts'

export interface MooncakeSourceOptions extends MooncakeRowOptions {
  readonly arrivalSpeedupRatio: number
  /** Arrival times do not count: all are there from the beginning. */
  readonly closedLoop: boolean
  /** The user said what unit times are in. */
  readonly hasUnit: boolean
  /** Whether an instance can serve a request; the others are passed over. */
  readonly fits: (inputLength: number, outputLength: number) => boolean
}

/** What is known of a Mooncake file that was read once from end to end. */
export interface MooncakeFacts
  extends Omit<RequestSource, 'nextMs' | 'nextInputLength' | 'nextOutputLength' | 'prefixes' | 'skip'> {
  /** Rows that are requests, whether or not an instance can serve them. */
  readonly rows: number
  readonly firstMs: number
  readonly passedOver: PassedOver
  readonly notices: readonly string[]
  /** But for what rows would tell that are compared with each other. */
  readonly oddities: readonly TraceOddity[]
}

/** Reads a file once, to its end; null where it has to be read as a whole. @param open the file from its beginning, packed or not */
export function scanMooncake(
  open: () => NextPiece,
  options: MooncakeSourceOptions & {
    /** Told of every request that fits, by its tokens. */
    readonly onRequest: (inputLength: number, outputLength: number) => void
  },
): MooncakeFacts | null {
  const rows = rowsOf(open, options)
  const tally = new SourceTally(options.fits)
  const arrivals = new LeadingArrivals()
  const blockSize = new BlockSizeTally(options.traceBlockSize)
  let count = 0
  let lastMs = 0
  while (rows.next()) {
    count++
    arrivals.add(rows.timestampMs)
    blockSize.add(rows.inputLengthGiven, rows.hashEnd - rows.hashStart)
    if (!tally.add(rows.inputLength, rows.outputLength)) continue
    lastMs = rows.timestampMs
    options.onRequest(rows.inputLength, rows.outputLength)
  }
  if (rows.isBroken || count === 0 || arrivals.isOneBurst) return null
  const {firstMs} = arrivals
  return {
    rows: count,
    firstMs,
    requestCount: tally.requestCount,
    inputTokens: tally.inputTokens,
    outputTokens: tally.outputTokens,
    largest: tally.largest,
    passedOver: tally.passedOver,
    lastArrivalMs: options.closedLoop ? 0 : (lastMs - firstMs) / options.arrivalSpeedupRatio,
    notices: mooncakeNotices(options.fileName, rows),
    oddities: [...(options.closedLoop ? [] : arrivals.tell('mooncake', options)), blockSize.tell()].filter(
      oddity => oddity !== null,
    ),
  }
}

function rowsOf(open: () => NextPiece, options: MooncakeRowOptions): MooncakeRows {
  return new MooncakeRows(linePieces(unpackedPieces(open())), options)
}

/** The requests of a Mooncake file in order of time, by the rules of `toWorkload`: read again, piece by piece, as the run goes on. */
export class MooncakeSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly lastArrivalMs: number
  readonly largest: RequestSource['largest']
  readonly #facts: MooncakeFacts
  readonly #options: MooncakeSourceOptions
  readonly #rows: MooncakeRows
  readonly prefixes: NonNullable<RequestSource['prefixes']>
  #rowsRead = 0
  nextMs = Number.POSITIVE_INFINITY

  constructor(facts: MooncakeFacts, open: () => NextPiece, options: MooncakeSourceOptions) {
    this.#facts = facts
    this.#options = options
    this.requestCount = facts.requestCount
    this.inputTokens = facts.inputTokens
    this.outputTokens = facts.outputTokens
    this.lastArrivalMs = facts.lastArrivalMs
    this.largest = facts.largest
    const rows = rowsOf(open, options)
    this.#rows = rows
    this.prefixes = {
      traceBlockSize: options.traceBlockSize,
      get hashIds() {
        return rows.hashIds
      },
      get nextHash() {
        return rows.hashStart
      },
    }
    this.skip()
  }

  get nextInputLength(): number {
    return this.#rows.inputLength
  }

  get nextOutputLength(): number {
    return this.#rows.outputLength
  }

  skip(): void {
    const rows = this.#rows
    const {fits, closedLoop, arrivalSpeedupRatio} = this.#options
    while (this.#goOn()) {
      if (!fits(rows.inputLength, rows.outputLength)) continue
      this.nextMs = closedLoop ? 0 : (rows.timestampMs - this.#facts.firstMs) / arrivalSpeedupRatio
      return
    }
    this.nextMs = Number.POSITIVE_INFINITY
  }

  #goOn(): boolean {
    const hasNext = this.#rows.next()
    if (hasNext) this.#rowsRead++
    if (hasNext ? this.#rowsRead > this.#facts.rows : this.#rowsRead < this.#facts.rows)
      throw new RunError(`${this.#options.fileName} has changed since it was first read`)
    return hasNext
  }
}
