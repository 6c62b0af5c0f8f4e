import {RunError} from '../../core/result.ts'
import {LeadingArrivals} from '../doctor/leading-arrivals.ts'
import {BlockSizeTally} from '../doctor/odd-rows.ts'
import type {TraceOddity} from '../doctor/oddity.ts'
import {mooncakeNotices} from '../formats/mooncake.ts'
import {linePieces, type NextPiece, unpackedPieces} from './file-pieces.ts'
import {HeldSessions} from './held-sessions.ts'
import {type MooncakeRowOptions, MooncakeRows} from './mooncake-rows.ts'
import type {LaterTurns, NextPrefix, RequestSource} from './request-source.ts'
import {SeenNames} from './seen-names.ts'
import {sessionPieces} from './session-pieces.ts'
import type {SourceOptions, SourceSize} from './source-tally.ts'

/** What is known of a Mooncake file that was read once from end to end, whatever is made of its requests. */
export interface ReadMooncake {
  /** Rows that are requests, whether or not an instance can serve them. */
  readonly rows: number
  /** Some of them are later turns of a session. */
  readonly haveTurns: boolean
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

/** @param delayMs of a later turn of the session of the row before; NaN of a first turn */
type OnRow = (timestampMs: number, inputLength: number, outputLength: number, delayMs: number) => void

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
  const rows = rowsOf(open, options, new SeenNames())
  const arrivals = new LeadingArrivals()
  const blockSize = new BlockSizeTally(options.traceBlockSize)
  let count = 0
  let pieces = 0
  let haveTurns = false
  while (rows.next()) {
    count++
    if (Number.isNaN(rows.delayMs)) arrivals.add(rows.timestampMs)
    else haveTurns = true
    blockSize.add(rows.inputLengthGiven, rows.hashEnd - rows.hashStart)
    onRow(rows.timestampMs, rows.inputLength, rows.outputLength, rows.delayMs)
    if (rows.pieces === pieces) continue
    pieces = rows.pieces
    yield
  }
  if (rows.isBroken || count === 0 || arrivals.isOneBurst) return null
  return {
    rows: count,
    haveTurns,
    firstMs: arrivals.firstMs,
    notices: mooncakeNotices(options.fileName, rows),
    oddities: ({closedLoop, hasUnit}) =>
      [...(closedLoop ? [] : arrivals.tell('mooncake', {hasUnit, haveTurns})), blockSize.tell()].filter(
        oddity => oddity !== null,
      ),
  }
}

/** @param names of sessions, which are not to come again; null = it is known that they do not */
function rowsOf(open: () => NextPiece, options: MooncakeRowOptions, names: SeenNames | null): MooncakeRows {
  return new MooncakeRows(sessionPieces(linePieces(unpackedPieces(open()))), options, names)
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
  readonly sessions: number
  readonly prefixes: NextPrefix
  readonly #held: HeldSessions
  #rowsRead = 0
  // Of the next request, of its session the turns after it.
  #hashIds: Uint32Array = new Uint32Array(0)
  #nextHash = 0
  #turns: LaterTurns | null = null
  #laterIds = 0
  #session = -1
  /** Requests up to its session's last one. */
  #numbered = 0
  nextNumber = 0
  nextInputLength = 0
  nextOutputLength = 0
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
    this.sessions = size.sessions
    this.#rows = rowsOf(open, options, null)
    this.#held = new HeldSessions(options.traceBlockSize)
    const hashIds = () => this.#hashIds
    const nextHash = () => this.#nextHash
    const laterIds = () => (this.#turns === null ? 0 : this.#laterIds)
    this.prefixes = {
      traceBlockSize: options.traceBlockSize,
      get hashIds() {
        return hashIds()
      },
      get nextHash() {
        return nextHash()
      },
      get laterIds() {
        return laterIds()
      },
    }
    this.skip()
  }

  nextSession(): LaterTurns | null {
    return this.#turns
  }

  skip(): void {
    const rows = this.#rows
    const {fits, closedLoop, arrivalSpeedupRatio} = this.#options
    while (this.#goOn()) {
      // What follows a turn that is passed over is passed over, too.
      if (!Number.isNaN(rows.delayMs) || !fits(rows.inputLength, rows.outputLength)) continue
      this.nextMs = closedLoop ? 0 : (rows.timestampMs - this.#read.firstMs) / arrivalSpeedupRatio
      this.#session++
      this.nextNumber = this.#numbered++
      this.nextInputLength = rows.inputLength
      this.nextOutputLength = rows.outputLength
      this.#hashIds = rows.hashIds
      this.#nextHash = rows.hashStart
      this.#turns = rows.hasNextTurn ? this.#readTurns() : null
      return
    }
    this.nextMs = Number.POSITIVE_INFINITY
  }

  /** Goes on to the last turn of the session, or to the first that is passed over. */
  #readTurns(): LaterTurns | null {
    const rows = this.#rows
    const {fits, arrivalSpeedupRatio} = this.#options
    this.#held.begin(rows)
    while (rows.hasNextTurn && this.#goOn()) {
      if (!fits(rows.inputLength, rows.outputLength)) break
      const {inputLength, outputLength, hashIds, hashStart, hashEnd} = rows
      const delayMs = rows.delayMs / arrivalSpeedupRatio
      this.#held.add({inputLength, outputLength, delayMs, hashIds, hashStart, hashEnd})
      this.#numbered++
    }
    const turns = this.#held.finish(this.#session, this.nextNumber)
    this.#laterIds = this.#held.laterIds
    return turns
  }

  #goOn(): boolean {
    const hasNext = this.#rows.next()
    if (hasNext) this.#rowsRead++
    if (hasNext ? this.#rowsRead > this.#read.rows : this.#rowsRead < this.#read.rows)
      throw new RunError(`${this.#options.fileName} has changed since it was first read`)
    return hasNext
  }
}
