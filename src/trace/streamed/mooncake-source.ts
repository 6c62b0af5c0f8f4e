import {RunError} from '../../core/result.ts'
import {LeadingArrivals} from '../doctor/leading-arrivals.ts'
import {BlockSizeTally} from '../doctor/odd-rows.ts'
import type {TraceOddity} from '../doctor/oddity.ts'
import {mooncakeNotices} from '../formats/mooncake.ts'
import {linePieces, type NextPiece, unpackedPieces} from './file-pieces.ts'
import {type MooncakeRowOptions, MooncakeRows} from './mooncake-rows.ts'
import type {RequestSource} from './request-source.ts'
import type {SourceOptions, SourceSize} from './source-tally.ts'

/** What is known of a Mooncake file that was read once from end to end, whatever is made of its requests. */
export interface ReadMooncake {
  /** Rows that are requests, whether or not an instance can serve them. */
  readonly rows: number
  readonly firstMs: number
  readonly notices: readonly string[]
  /** But for what rows would tell that are compared with each other. */
  oddities(options: MooncakeReading): readonly TraceOddity[]
}

export interface MooncakeReading {
  /** Arrival times do not count: all are there from the beginning. */
  readonly closedLoop: boolean
  /** The user said what unit times are in. */
  readonly hasUnit: boolean
}

type OnRow = (timestampMs: number, inputLength: number, outputLength: number) => void

/**
 * Reads a file once, to its end, with a stop after each piece; null where it has to be read as a whole.
 * @param open the file from its beginning, packed or not
 * @param onRow told of every request
 */
export function* readMooncake(
  open: () => NextPiece,
  options: MooncakeRowOptions,
  onRow: OnRow,
): Generator<void, ReadMooncake | null, void> {
  const rows = rowsOf(open, options)
  const arrivals = new LeadingArrivals()
  const blockSize = new BlockSizeTally(options.traceBlockSize)
  let count = 0
  let pieces = 0
  while (rows.next()) {
    count++
    arrivals.add(rows.timestampMs)
    blockSize.add(rows.inputLengthGiven, rows.hashEnd - rows.hashStart)
    onRow(rows.timestampMs, rows.inputLength, rows.outputLength)
    if (rows.pieces === pieces) continue
    pieces = rows.pieces
    yield
  }
  if (rows.isBroken || count === 0 || arrivals.isOneBurst) return null
  return {
    rows: count,
    firstMs: arrivals.firstMs,
    notices: mooncakeNotices(options.fileName, rows),
    oddities: ({closedLoop, hasUnit}) =>
      [...(closedLoop ? [] : arrivals.tell('mooncake', {hasUnit})), blockSize.tell()].filter(
        oddity => oddity !== null,
      ),
  }
}

function rowsOf(open: () => NextPiece, options: MooncakeRowOptions): MooncakeRows {
  return new MooncakeRows(linePieces(unpackedPieces(open())), options)
}

/** What is known of the file before it is read again. */
export interface MooncakeFacts {
  readonly read: Pick<ReadMooncake, 'rows' | 'firstMs'>
  readonly size: SourceSize
}

/** The requests of a Mooncake file in order of time, by the rules of `toWorkload`: read again, piece by piece, as the run goes on. */
export class MooncakeSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly lastArrivalMs: number
  readonly largest: RequestSource['largest']
  readonly #read: MooncakeFacts['read']
  readonly #options: MooncakeRowOptions & SourceOptions
  readonly #rows: MooncakeRows
  readonly prefixes: NonNullable<RequestSource['prefixes']>
  readonly sessions = 0
  #rowsRead = 0
  nextNumber = -1
  nextMs = Number.POSITIVE_INFINITY

  constructor(
    {read, size}: MooncakeFacts,
    open: () => NextPiece,
    options: MooncakeRowOptions & SourceOptions,
  ) {
    this.#read = read
    this.#options = options
    this.requestCount = size.requestCount
    this.inputTokens = size.inputTokens
    this.outputTokens = size.outputTokens
    this.lastArrivalMs = size.lastArrivalMs
    this.largest = size.largest
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

  nextSession(): null {
    return null
  }

  skip(): void {
    this.nextNumber++
    const rows = this.#rows
    const {fits, closedLoop, arrivalSpeedupRatio} = this.#options
    while (this.#goOn()) {
      if (!fits(rows.inputLength, rows.outputLength)) continue
      this.nextMs = closedLoop ? 0 : (rows.timestampMs - this.#read.firstMs) / arrivalSpeedupRatio
      return
    }
    this.nextMs = Number.POSITIVE_INFINITY
  }

  #goOn(): boolean {
    const hasNext = this.#rows.next()
    if (hasNext) this.#rowsRead++
    if (hasNext ? this.#rowsRead > this.#read.rows : this.#rowsRead < this.#read.rows)
      throw new RunError(`${this.#options.fileName} has changed since it was first read`)
    return hasNext
  }
}
