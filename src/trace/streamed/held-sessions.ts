import {grown} from '../../core/grown.ts'
import {RunError} from '../../core/result.ts'
import {MOST_HELD_IDS} from './most-held-ids.ts'
import type {LaterTurns, NextPrefix} from './request-source.ts'

/** A turn as a file has it. */
export interface FileTurn {
  /** Tokens. */
  readonly inputLength: number
  readonly outputLength: number
  /** Wait after the end of the turn before, ms. */
  readonly delayMs: number
  /** `hashIds[hashStart .. hashEnd)`; of one session all are in one array. */
  readonly hashIds: Uint32Array
  readonly hashStart: number
  readonly hashEnd: number
}

/**
 * Of each turn that is kept: its tokens, its wait, how many hash ids it has, how many of them the turn before begins with, too, where the
 * others end, and how many more the last of the turns has that begin with all of it.
 */
const FIELDS = 7
const INPUT = 0
const OUTPUT = 1
const DELAY = 2
const COUNT = 3
const SHARED = 4
const END = 5
const LATER = 6

/**
 * Turns to come of sessions under way. Prompts of a session mostly begin with the one before, so of each turn those hash ids are kept that
 * the turn before does not have.
 */
export class HeldSessions {
  readonly #mostIds: number
  readonly #prefix: {
    readonly traceBlockSize: number
    hashIds: Uint32Array
    readonly nextHash: 0
    laterIds: number
  }
  /** Hash ids that are kept. */
  #held = 0
  // Of the session that is read.
  #turns: number[] = []
  #ids = new Uint32Array(1024)
  #idCount = 0
  #before: Pick<FileTurn, 'hashStart' | 'hashEnd'> = {hashStart: 0, hashEnd: 0}

  /** @param traceBlockSize tokens one hash id stands for */
  constructor(traceBlockSize: number, mostIds = MOST_HELD_IDS) {
    this.#mostIds = mostIds
    this.#prefix = {traceBlockSize, hashIds: new Uint32Array(1024), nextHash: 0, laterIds: 0}
  }

  /** The first turn of a session that has more of them. */
  begin(turn: FileTurn): void {
    this.#turns = []
    this.#idCount = 0
    this.#before = {hashStart: 0, hashEnd: 0}
    this.add(turn)
  }

  /** The next turn of the same session. */
  add({inputLength, outputLength, delayMs, hashIds, hashStart, hashEnd}: FileTurn): void {
    const before = this.#before
    const count = hashEnd - hashStart
    const most = Math.min(count, before.hashEnd - before.hashStart)
    let shared = 0
    while (shared < most && hashIds[hashStart + shared] === hashIds[before.hashStart + shared]) shared++
    if (this.#idCount + count > this.#ids.length) this.#ids = grown(this.#ids, 2 * (this.#idCount + count))
    this.#ids.set(hashIds.subarray(hashStart + shared, hashEnd), this.#idCount)
    this.#idCount += count - shared
    this.#turns.push(inputLength, outputLength, delayMs, count, shared, this.#idCount, 0)
    this.#before = {hashStart, hashEnd}
  }

  /**
   * The turns after the first; null where there are none.
   * @param session its place among all
   * @param number place of its first turn among all requests
   * @throws RunError where there is no room for them
   */
  finish(session: number, number: number): LaterTurns | null {
    if (this.#turns.length <= FIELDS) return null
    this.#countLater()
    this.#held += this.#idCount
    if (this.#held > this.#mostIds)
      throw new RunError(
        `the turns to come of all sessions that have begun have more than ${this.#mostIds.toLocaleString('en-US')} hash ids: too many sessions are ` +
          'under way at one moment, and there is no room for more',
      )
    return new FileSession(this, {
      session,
      number,
      turns: Float64Array.from(this.#turns),
      ids: this.#ids.slice(0, this.#idCount),
    })
  }

  /** Hash ids that turns after the first of the session that is read have behind those of its prompt, which they begin with. */
  get laterIds(): number {
    return this.#turns[LATER]!
  }

  #countLater(): void {
    const turns = this.#turns
    for (let at = turns.length - 2 * FIELDS; at >= 0; at -= FIELDS) {
      const next = at + FIELDS
      const count = turns[at + COUNT]!
      if (turns[next + SHARED] === count)
        turns[at + LATER] = turns[next + COUNT]! - count + turns[next + LATER]!
    }
  }

  /** Nothing more is asked of a session. */
  drop(ids: Uint32Array): void {
    this.#held -= ids.length
  }

  /** The prompt of a turn, until another one's is asked for. */
  prefixOf(turns: Float64Array, ids: Uint32Array, turn: number): NextPrefix {
    const prefix = this.#prefix
    let end = turns[turn * FIELDS + COUNT]!
    if (end > prefix.hashIds.length) prefix.hashIds = new Uint32Array(2 * end)
    for (let at = turn * FIELDS; end > 0; at -= FIELDS) {
      const from = turns[at + SHARED]!
      if (from >= end) continue
      const start = at === 0 ? 0 : turns[at - FIELDS + END]!
      // Mostly few: a call would cost more.
      for (let i = from; i < end; i++) prefix.hashIds[i] = ids[start + i - from]!
      end = from
    }
    prefix.laterIds = turns[turn * FIELDS + LATER]!
    return prefix
  }
}

interface SessionColumns {
  readonly session: number
  readonly number: number
  readonly turns: Float64Array
  readonly ids: Uint32Array
}

class FileSession implements LaterTurns {
  readonly session: number
  readonly #held: HeldSessions
  readonly #number: number
  readonly #turns: Float64Array
  readonly #ids: Uint32Array
  #turn = 1

  constructor(held: HeldSessions, {session, number, turns, ids}: SessionColumns) {
    this.#held = held
    this.session = session
    this.#number = number
    this.#turns = turns
    this.#ids = ids
  }

  get nextInputLength(): number {
    return this.#turns[this.#turn * FIELDS + INPUT]!
  }

  get nextOutputLength(): number {
    return this.#turns[this.#turn * FIELDS + OUTPUT]!
  }

  get nextDelayMs(): number {
    return this.#turns[this.#turn * FIELDS + DELAY]!
  }

  get nextNumber(): number {
    return this.#number + this.#turn
  }

  get prefixes(): NextPrefix {
    return this.#held.prefixOf(this.#turns, this.#ids, this.#turn)
  }

  get isOver(): boolean {
    return this.#turn * FIELDS === this.#turns.length
  }

  skip(): void {
    this.#turn++
    if (this.isOver) this.#held.drop(this.#ids)
  }
}
