import {startsWithByteOrderMark} from '../formats/json-lines.ts'
import {MooncakeReader} from '../formats/mooncake.ts'
import {INT32_MAX} from '../int32.ts'
import type {WorkloadOptions} from '../parsed-trace.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import type {NextPiece} from './file-pieces.ts'
import type {SeenNames} from './seen-names.ts'

export interface MooncakeRowOptions {
  /** For notices. */
  readonly fileName: string
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
  /** As 1.6.1's loader: no prompt is longer than its hash ids. */
  readonly isStrict: boolean
}

/** A row without an id of its own is known by such a name. */
const ANONYMOUS = /^request_\d+$/

/** How they are read. @param fileName for notices */
export function mooncakeRowOptions(
  {traceBlockSize, release}: Pick<WorkloadOptions, 'traceBlockSize' | 'release'>,
  fileName: string,
): MooncakeRowOptions {
  return {fileName, traceBlockSize, isStrict: release === '1.6.1'}
}

/**
 * The requests of Mooncake JSON lines one after the other, of which a piece of the file is kept at a time. Nothing is said of a file
 * that has to be read as a whole: because turns of a session stand apart, or one begins before the one that stands before it, or because
 * something is wrong.
 */
export class MooncakeRows {
  readonly #pieces: NextPiece
  readonly #options: MooncakeRowOptions
  readonly #names: SeenNames | null
  #columns: ParsedTrace | null = null
  #at = 0
  #isFirstPiece = true
  /** The rows cannot be read on this way. */
  isBroken = false
  /** Read so far. */
  pieces = 0
  withoutOutput = 0
  notSimulated = false

  // Of the request that `next` came to; `hashIds[hashStart .. hashEnd)` are its ids.
  /** Of its session's first turn. */
  timestampMs = Number.NEGATIVE_INFINITY
  /** Of a later turn its wait after the end of the one before, NaN of a first one. */
  delayMs = Number.NaN
  /** The next row is the next turn of the same session, and in the same columns of hash ids. */
  hasNextTurn = false
  /** As written; infinite where absent. */
  inputLengthGiven = 0
  /** Tokens that its hash ids stand for, at most. */
  inputLength = 0
  outputLength = 0
  hashIds: Uint32Array = new Uint32Array(0)
  hashStart = 0
  hashEnd = 0

  /**
   * @param pieces whole lines, and sessions whose turns stand in a row are whole in them
   * @param names where sessions are noted, to find those that come again; null = it is known that none does
   */
  constructor(pieces: NextPiece, options: MooncakeRowOptions, names: SeenNames | null) {
    this.#pieces = pieces
    this.#options = options
    this.#names = names
  }

  /** Goes on to the next request; false after the last, and where the rows are broken. */
  next(): boolean {
    while (this.#columns === null || ++this.#at === this.#columns.requestCount)
      if (!this.#readPiece()) return false
    return this.#take(this.#columns, this.#at)
  }

  /** Stands before the first request of the next piece that has one. */
  #readPiece(): boolean {
    this.#columns = null
    const piece = this.isBroken ? null : this.#pieces()
    if (piece === null) return false
    this.pieces++
    const reader = new MooncakeReader(piece, this.#options.fileName)
    // A mark within the file is no part of JSON.
    this.isBroken = !this.#isFirstPiece && startsWithByteOrderMark(piece)
    this.#isFirstPiece = false
    while (!reader.isDone && !this.isBroken) this.isBroken = reader.readStep() !== null
    this.withoutOutput += reader.passedOver.withoutOutput
    this.notSimulated ||= reader.passedOver.notSimulated
    if (this.isBroken) return false
    if (reader.requestCount === 0) return true
    const parsed = reader.finish()
    this.isBroken = !parsed.ok || !this.#areSessionsWhole(parsed.value)
    if (!parsed.ok || this.isBroken) return false
    this.#columns = parsed.value
    this.#at = -1
    return true
  }

  #areSessionsWhole({sessionNames, nextTurn}: ParsedTrace): boolean {
    if (sessionNames.size === 0) return true
    for (const name of sessionNames.values())
      if (ANONYMOUS.test(name) || this.#names?.add(name) === false) return false
    return nextTurn.every((next, row) => next < 0 || next === row + 1)
  }

  #take(columns: ParsedTrace, at: number): boolean {
    const isLater = columns.turn[at]! > 0
    const timestampMs = isLater ? this.timestampMs : columns.timestampMs[at]!
    const given = columns.inputLengthGiven[at]!
    this.hashIds = columns.hashIds
    this.hashStart = columns.hashStart[at]!
    this.hashEnd = columns.hashStart[at + 1]!
    const capacity = (this.hashEnd - this.hashStart) * this.#options.traceBlockSize
    const isTooLong = this.#options.isStrict && given > capacity && given < Number.POSITIVE_INFINITY
    // NaN, of a row without a time, is not later either.
    const isInOrder = timestampMs >= this.timestampMs
    this.timestampMs = timestampMs
    this.delayMs = isLater ? columns.delayMs[at]! : Number.NaN
    this.hasNextTurn = columns.nextTurn[at]! >= 0
    this.inputLengthGiven = given
    this.inputLength = Math.min(given, capacity)
    this.outputLength = columns.outputLength[at]!
    this.isBroken = isTooLong || !isInOrder || this.inputLength === 0 || this.inputLength > INT32_MAX
    return !this.isBroken
  }
}
