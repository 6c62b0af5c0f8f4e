import {grown} from '../../core/grown.ts'
import type {PassObserver} from '../scheduler.ts'
import type {PassBatch} from './pass-batch.ts'
import type {Sequence} from './sequence.ts'
import type {SequenceBlocks} from './sequence-blocks.ts'

type Blocks = Pick<SequenceBlocks, 'openBlock'>

interface LockstepOptions {
  readonly blockSize: number
  readonly observer: PassObserver
  /** Called for a sequence that has all its tokens. */
  readonly onEnd: (sequence: Sequence) => void
}

/**
 * The first sequences of a batch, which get a token in every pass. What passes do to them is not written down one by one: all
 * have as many more tokens as passes were done since they joined. Whoever looks at lengths of such a sequence has to
 * `dissolve` first; only the blocks it holds are right at any time.
 */
export class Lockstep {
  readonly #batch: readonly Sequence[]
  readonly #blocks: Blocks
  readonly #blockSize: number
  readonly #observer: PassObserver
  readonly #onEnd: (sequence: Sequence) => void
  /** So many are in it; their tokens. */
  size = 0
  total = 0
  /** The first of them had their last token in the same pass, at `lastMs`; the others joined since. */
  together = 0
  lastMs = Number.NaN
  /** The pass under way has scheduled them. */
  #isScheduled = false
  /** Passes done. By sequence: those before it joined, before it takes its next block, and before it gets its last token. */
  #done = 0
  #joined = new Int32Array(FEW)
  #opens = new Int32Array(FEW)
  #ends = new Int32Array(FEW)
  #nextOpening = NEVER
  #nextEnd = NEVER
  /** So many take a block in the next pass in which any does. */
  openings = 0

  constructor(batch: readonly Sequence[], blocks: Blocks, {blockSize, observer, onEnd}: LockstepOptions) {
    this.#batch = batch
    this.#blocks = blocks
    this.#blockSize = blockSize
    this.#observer = observer
    this.#onEnd = onEnd
  }

  /** Passes before the next one in which a sequence takes a block. */
  get beforeOpening(): number {
    return this.#nextOpening - this.#done
  }

  /** Passes before the next one in which a sequence gets its last token. */
  get beforeEnd(): number {
    return this.#nextEnd - this.#done
  }

  /** Takes in those behind it that will have a token in every pass from now on. */
  grow(): void {
    const batch = this.#batch
    const before = this.size
    // A block of one token is full with it: such sequences never take a next one.
    if (this.#blockSize === 1) return
    while (this.size < batch.length && isInStep(batch[this.size]!)) this.#join(batch[this.size]!)
    if (this.size > before) this.#lookAhead()
  }

  #join(sequence: Sequence): void {
    const at = this.size++
    if (at === this.#joined.length) this.#reserve(at * 2)
    const inBlock = sequence.length % this.#blockSize
    this.#joined[at] = this.#done
    this.#opens[at] = this.#done + (inBlock === 0 ? 0 : this.#blockSize - inBlock)
    this.#ends[at] = this.#done + sequence.maxOutput - sequence.generated - 1
    this.total += sequence.length
  }

  #reserve(size: number): void {
    this.#joined = grown(this.#joined, size)
    this.#opens = grown(this.#opens, size)
    this.#ends = grown(this.#ends, size)
  }

  #lookAhead(): void {
    const {size} = this
    const opens = this.#opens
    const ends = this.#ends
    let nextOpening = NEVER
    let nextEnd = NEVER
    let openings = 0
    for (let i = 0; i < size; i++) {
      const opening = opens[i]!
      const end = ends[i]!
      if (end < nextEnd) nextEnd = end
      if (opening > nextOpening) continue
      openings = opening === nextOpening ? openings + 1 : 1
      nextOpening = opening
    }
    this.#nextOpening = nextOpening
    this.#nextEnd = nextEnd
    this.openings = openings
  }

  /** Passes that only decode were done: all of the batch are in it. */
  moveOn(passes: number, endMs: number): void {
    this.#done += passes
    this.total += passes * this.size
    this.together = this.size
    this.lastMs = endMs
  }

  /** Takes the blocks that are needed in a pass that comes after `passes` others which are not told here yet. */
  openBlocks(passes: number): void {
    const {size} = this
    const opens = this.#opens
    const pass = this.#done + passes
    let nextOpening = NEVER
    let openings = 0
    for (let i = 0; i < size; i++) {
      let opening = opens[i]!
      if (opening === pass) {
        this.#blocks.openBlock(this.#batch[i]!)
        opening += this.#blockSize
        opens[i] = opening
      }
      if (opening > nextOpening) continue
      openings = opening === nextOpening ? openings + 1 : 1
      nextOpening = opening
    }
    this.#nextOpening = nextOpening
    this.openings = openings
  }

  /** One token of the pass for each, if it has so many; without, they are looked at one by one. */
  schedule(batch: PassBatch): void {
    if (this.size > batch.tokensLeft) this.dissolve(batch)
    if (this.size === 0) return
    batch.addDecodes(this.size, this.total)
    this.#isScheduled = true
  }

  /** Gives each its token of the pass under way, and the block it opens; there is room for those. */
  emit(atMs: number): void {
    const batch = this.#batch
    const pass = this.#done
    if (this.together > 0) this.#observer.gaps(atMs - this.lastMs, this.together)
    for (let i = this.together; i < this.size; i++) this.#observer.token(batch[i]!.request, atMs)
    this.moveOn(1, atMs)
    this.#isScheduled = false
    const hasEnd = this.#nextEnd === pass
    if (!hasEnd && this.#nextOpening > pass) return
    for (let i = 0; i < this.size; i++) {
      const sequence = batch[i]!
      if (this.#opens[i] === pass) {
        this.#blocks.openBlock(sequence)
        this.#opens[i]! += this.#blockSize
      }
      if (this.#ends[i] !== pass) continue
      this.#write(sequence, i)
      this.total -= sequence.length
      this.#onEnd(sequence)
    }
    if (!hasEnd) this.#lookAhead()
  }

  /** Leaves out those that have finished; call before they are taken off the batch. */
  compact(): void {
    const {size} = this
    const joined = this.#joined
    const opens = this.#opens
    const ends = this.#ends
    const done = this.#done
    let kept = 0
    for (let i = 0; i < size; i++) {
      // Its last token was one of a pass that is done.
      if (ends[i]! < done) continue
      joined[kept] = joined[i]!
      opens[kept] = opens[i]!
      ends[kept++] = ends[i]!
    }
    this.size = kept
    this.together = kept
    if (kept === 0) this.#done = 0
    this.#lookAhead()
  }

  /** Writes down what passes did, and begins anew with nobody. */
  dissolve(batch: PassBatch): void {
    for (let i = 0; i < this.size; i++) {
      const sequence = this.#batch[i]!
      if (sequence.isFinished) continue
      this.#write(sequence, i)
      if (!this.#isScheduled) continue
      sequence.computed = sequence.length
      batch.noteDecode(sequence)
    }
    this.#isScheduled = false
    this.size = 0
    this.total = 0
    this.together = 0
    this.#done = 0
    this.#lookAhead()
  }

  #write(sequence: Sequence, at: number): void {
    const passes = this.#done - this.#joined[at]!
    sequence.length += passes
    sequence.generated += passes
    sequence.computed += passes
    sequence.allocated = sequence.length
    // The first of them was told as a token.
    if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, this.lastMs)
  }
}

const FEW = 64
/** More passes than any instance runs. */
const NEVER = 2 ** 30

function isInStep({computed, length, allocated, generated, maxOutput}: Sequence): boolean {
  return computed + 1 === length && allocated >= length && generated < maxOutput
}
