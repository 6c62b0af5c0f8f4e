import {grown} from '../../core/grown.ts'
import {NumberedKeys} from '../vllm-1.2/numbered-keys.ts'

export const NONE = -1

const FIELDS = 6
/** Copies in a run. */
const LIVE = 0
/** Requests that hold it; 0 while it is inactive. */
const REFERENCES = 1
/** The run before it that it was cut off from: who holds this one holds that, too. */
const CUT_FROM = 2
/** The run of the next younger copies of the same identities. */
const YOUNGER = 3
/** Neighbours in the list of inactive runs. */
const BEFORE = 4
const AFTER = 5

/**
 * The copies of one pool, by runs: consecutive identities whose copies the same requests hold. They come to be inactive at one moment,
 * last one first, and are evicted in that order. Where identities have several copies, the runs of those are equally long, one younger
 * than the other, and the oldest alone is found.
 */
export class CopyRuns {
  readonly #table = new NumberedKeys()
  #facts = new Int32Array(this.#table.room * FIELDS)
  #oldest = NONE
  #newest = NONE

  /** The run longest inactive, or NONE. */
  get oldest(): number {
    return this.#oldest
  }

  /** @returns the run that begins with an identity, of its oldest copy, or NONE */
  find(identity: number): number {
    return this.#table.find(identity)
  }

  first(run: number): number {
    return this.#table.keyOf(run)
  }

  live(run: number): number {
    return this.#facts[run * FIELDS + LIVE]!
  }

  references(run: number): number {
    return this.#facts[run * FIELDS + REFERENCES]!
  }

  /** Its requests hold this one, too, or NONE. */
  cutFrom(run: number): number {
    return this.#facts[run * FIELDS + CUT_FROM]!
  }

  younger(run: number): number {
    return this.#facts[run * FIELDS + YOUNGER]!
  }

  /** Calls back for every run that is found. */
  each(visit: (first: number, count: number) => void): void {
    this.#table.eachNumber(run => visit(this.first(run), this.live(run)))
  }

  /** A run of one holder, of an identity without a copy. */
  add(identity: number, count: number): number {
    return this.#begin(this.#table.add(identity), count)
  }

  /** One more copy of all in a run that is found, of one holder. */
  addYounger(oldest: number): number {
    let last = oldest
    while (this.younger(last) !== NONE) last = this.younger(last)
    const run = this.#begin(this.#table.addUnlisted(this.first(oldest)), this.live(oldest))
    this.#facts[last * FIELDS + YOUNGER] = run
    return run
  }

  /** One holder's run goes on with more copies. */
  extend(run: number, count: number): void {
    this.#facts[run * FIELDS + LIVE]! += count
  }

  /** There are no other copies of its identities. */
  isAlone(run: number): boolean {
    return this.younger(run) === NONE && this.find(this.first(run)) === run
  }

  /** Makes the first `length` copies of a run, fewer than all, a run of their own; the others keep the number. @returns the new run */
  splitHead(run: number, length: number): number {
    const identity = this.first(run)
    const oldest = this.find(identity)
    this.#table.rename(oldest, identity + length)
    const head = this.#cut(oldest, this.#table.add(identity), length)
    let found = oldest === run ? head : NONE
    let older = head
    for (let other = this.younger(oldest); other !== NONE; other = this.younger(other)) {
      this.#table.renameUnlisted(other, identity + length)
      const next = this.#cut(other, this.#table.addUnlisted(identity), length)
      this.#facts[older * FIELDS + YOUNGER] = next
      older = next
      if (other === run) found = next
    }
    return found
  }

  #cut(run: number, number: number, length: number): number {
    const head = this.#begin(number, length)
    const from = run * FIELDS
    this.#facts[head * FIELDS + REFERENCES] = this.#facts[from + REFERENCES]!
    this.#facts[head * FIELDS + CUT_FROM] = this.#facts[from + CUT_FROM]!
    this.#facts[from + CUT_FROM] = head
    this.#facts[from + LIVE]! -= length
    // It was released right after those that follow it.
    if (this.references(run) === 0) this.#link(head, run, this.#facts[from + AFTER]!)
    return head
  }

  /** One request more holds it. @returns whether it had been inactive */
  refer(run: number): boolean {
    const wasInactive = this.#facts[run * FIELDS + REFERENCES]!++ === 0
    if (wasInactive) this.#unlink(run)
    return wasInactive
  }

  /** One request fewer holds it. @returns whether it is inactive now, as the newest of those */
  unrefer(run: number): boolean {
    const isInactive = --this.#facts[run * FIELDS + REFERENCES]! === 0
    if (isInactive) this.#link(run, this.#newest, NONE)
    return isInactive
  }

  /** Takes the last copies of an inactive run away, fewer than it has. */
  shorten(run: number, count: number): void {
    this.#facts[run * FIELDS + LIVE]! -= count
  }

  /** An inactive run is gone: if it was found, the next younger one is, now. */
  drop(run: number): void {
    this.#unlink(run)
    const oldest = this.find(this.first(run))
    const younger = this.younger(run)
    if (oldest === run) {
      this.#table.drop(run)
      if (younger !== NONE) this.#table.list(younger)
      return
    }
    let older = oldest
    while (this.younger(older) !== run) older = this.younger(older)
    this.#facts[older * FIELDS + YOUNGER] = younger
    this.#table.dropUnlisted(run)
  }

  #begin(run: number, count: number): number {
    if (run * FIELDS >= this.#facts.length) this.#facts = grown(this.#facts, this.#table.room * FIELDS)
    const at = run * FIELDS
    this.#facts[at + LIVE] = count
    this.#facts[at + REFERENCES] = 1
    this.#facts[at + CUT_FROM] = NONE
    this.#facts[at + YOUNGER] = NONE
    return run
  }

  #link(run: number, before: number, after: number): void {
    this.#facts[run * FIELDS + BEFORE] = before
    this.#facts[run * FIELDS + AFTER] = after
    if (before === NONE) this.#oldest = run
    else this.#facts[before * FIELDS + AFTER] = run
    if (after === NONE) this.#newest = run
    else this.#facts[after * FIELDS + BEFORE] = run
  }

  #unlink(run: number): void {
    const before = this.#facts[run * FIELDS + BEFORE]!
    const after = this.#facts[run * FIELDS + AFTER]!
    if (before === NONE) this.#oldest = after
    else this.#facts[before * FIELDS + AFTER] = after
    if (after === NONE) this.#newest = before
    else this.#facts[after * FIELDS + BEFORE] = before
  }
}
