import type {ParsedTrace} from '../trace-columns.ts'

export interface SessionRow {
  /** Line in the file, from 1. */
  readonly line: number
  readonly sessionId: string | null
  /** ms; NaN = absent. */
  readonly timestamp: number
  /** ms; NaN = absent. */
  readonly delay: number
}

type SessionColumns = Pick<
  ParsedTrace,
  | 'line'
  | 'sessionCount'
  | 'timestampMs'
  | 'delayMs'
  | 'session'
  | 'turn'
  | 'nextTurn'
  | 'firstTurn'
  | 'sessionNames'
>

const ANONYMOUS = /^request_([1-9]\d{0,14})$/

/** Groups rows into sessions, in file order, and works out the wait before each later turn (engine.md 1.3). */
export class SessionBuilder {
  readonly #line: Uint32Array
  readonly #timestampMs: Float64Array
  readonly #delayMs: Float64Array
  readonly #session: Int32Array
  readonly #turn: Int32Array
  readonly #nextTurn: Int32Array
  // Per session; a session has at least one row, so rows bound them.
  readonly #firstTurn: Int32Array
  readonly #lastTurn: Int32Array
  readonly #lastTimestampMs: Float64Array
  readonly #byName = new Map<string, number>()
  readonly #names = new Map<number, string>()
  #requestCount = 0
  #sessionCount = 0

  constructor(rowsMax: number) {
    this.#line = new Uint32Array(rowsMax)
    this.#timestampMs = new Float64Array(rowsMax)
    this.#delayMs = new Float64Array(rowsMax)
    this.#session = new Int32Array(rowsMax)
    this.#turn = new Int32Array(rowsMax)
    this.#nextTurn = new Int32Array(rowsMax).fill(-1)
    this.#firstTurn = new Int32Array(rowsMax)
    this.#lastTurn = new Int32Array(rowsMax)
    this.#lastTimestampMs = new Float64Array(rowsMax)
  }

  /** Takes the next row; returns what is wrong with it (to follow "trace line n"), or null. */
  add(row: SessionRow): string | null {
    const known = this.#findSession(row)
    return known < 0 ? this.#addFirstTurn(row) : this.#addLaterTurn(row, known)
  }

  finish(): SessionColumns {
    const count = this.#requestCount
    return {
      line: this.#line.subarray(0, count),
      sessionCount: this.#sessionCount,
      timestampMs: this.#timestampMs.subarray(0, count),
      delayMs: this.#delayMs.subarray(0, count),
      session: this.#session.subarray(0, count),
      turn: this.#turn.subarray(0, count),
      nextTurn: this.#nextTurn.subarray(0, count),
      firstTurn: this.#firstTurn.slice(0, this.#sessionCount),
      sessionNames: this.#names,
    }
  }

  /** The session a row belongs to, or -1. A row without an id is alone unless another row spells its name out. */
  #findSession(row: SessionRow): number {
    if (row.sessionId === null) {
      return this.#byName.size === 0 ? -1 : (this.#byName.get(`request_${row.line}`) ?? -1)
    }
    const named = this.#byName.get(row.sessionId)
    if (named !== undefined) return named
    const match = ANONYMOUS.exec(row.sessionId)
    return match === null ? -1 : this.#findAnonymous(Number(match[1]))
  }

  /** The session of the row at this line if it has no id of its own, or -1. Lines rise, so bisect. */
  #findAnonymous(line: number): number {
    let low = 0
    let high = this.#requestCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#line[middle]! < line) low = middle + 1
      else high = middle
    }
    if (low === this.#requestCount || this.#line[low] !== line) return -1
    const session = this.#session[low]!
    return this.#firstTurn[session] === low && !this.#names.has(session) ? session : -1
  }

  #addFirstTurn(row: SessionRow): string | null {
    const name = row.sessionId ?? `request_${row.line}`
    if (!Number.isNaN(row.delay) && row.delay !== 0) return `sets delay on the first turn of session ${name}`
    const session = this.#sessionCount++
    if (row.sessionId !== null) {
      this.#byName.set(row.sessionId, session)
      this.#names.set(session, row.sessionId)
    }
    const request = this.#append(row, session)
    this.#firstTurn[session] = request
    this.#lastTurn[session] = request
    this.#lastTimestampMs[session] = row.timestamp
    return null
  }

  #addLaterTurn(row: SessionRow, session: number): string | null {
    const previous = this.#lastTimestampMs[session]!
    let delay = row.delay
    if (Number.isNaN(delay)) {
      delay = 0
      if (!Number.isNaN(row.timestamp)) {
        const name = this.#names.get(session) ?? row.sessionId ?? `request_${row.line}`
        if (Number.isNaN(previous))
          return `for session ${name} cannot infer delay without a previous timestamp`
        delay = row.timestamp - previous
      }
    }
    if (!Number.isFinite(delay) || delay < 0) return `has invalid delay ${delay}`
    const before = this.#lastTurn[session]!
    const request = this.#append(row, session)
    this.#delayMs[request] = delay
    this.#turn[request] = this.#turn[before]! + 1
    this.#nextTurn[before] = request
    this.#lastTurn[session] = request
    if (!Number.isNaN(row.timestamp)) this.#lastTimestampMs[session] = row.timestamp
    return null
  }

  #append(row: SessionRow, session: number): number {
    const request = this.#requestCount++
    this.#line[request] = row.line
    this.#timestampMs[request] = row.timestamp
    this.#session[request] = session
    return request
  }
}
