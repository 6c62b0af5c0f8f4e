import {grown} from '../../core/grown.ts'
import type {PromptPath} from '../../trace/prompt-paths.ts'
import {NumberedKeys} from '../vllm-1.2/numbered-keys.ts'
import {wordsFor} from './lane-bits.ts'
import type {LaneDepths} from './lane-depths.ts'

/** Lanes that have the first few blocks of one stretch, and how many. */
interface Parts {
  readonly lanes: number[]
  readonly blocks: number[]
}

/**
 * How many of the first blocks of which stretches of prompts each instance has. Stretches are small integers, and instances are
 * known by their *lanes*, small integers that are used again after an instance is gone.
 *
 * Most stretches are with one instance alone, and then its lane and its blocks are all that is stored. So to ask about all
 * instances at once takes a few words for each stretch, however many instances there are.
 */
export class LeadingHolders {
  /** NOBODY, or the lane of the one instance that has any, or -2 - row where there are several. */
  #who: Int32Array
  /** What the one instance has. */
  #blocks: Int32Array
  /** Places in `#who` of stretches that somebody has, where they may be any; null where each is its own place. */
  readonly #places: NumberedKeys | null
  #words = 1
  /** By row: bits of the lanes that have all of it, those that have a part, and how many lanes both are. */
  #rows = new Uint32Array(FIRST_ROWS)
  readonly #parts: (Parts | undefined)[] = []
  #counts = new Int32Array(FIRST_ROWS)
  #rowCount = 0
  readonly #freeRows: number[] = []
  /** Some row has parts. */
  #hasParts = false

  /** @param keyCount stretches are below this; null = any small integers, of which few at a time are with anybody */
  constructor(keyCount: number | null) {
    this.#places = keyCount === null ? new NumberedKeys() : null
    const room = keyCount ?? this.#places!.room
    this.#who = new Int32Array(room).fill(NOBODY)
    this.#blocks = new Int32Array(room)
  }

  /** Calls back for every stretch that somebody has some of, where they may be any. */
  eachKey(visit: (key: number) => void): void {
    this.#places?.eachKey(visit)
  }

  /** Makes room for lanes below `count`. */
  reserveLanes(count: number): void {
    const words = wordsFor(count)
    if (words <= this.#words) return
    const rows = new Uint32Array(this.#counts.length * words)
    for (let row = 0; row < this.#rowCount; row++) {
      for (let i = 0; i < this.#words; i++) rows[row * words + i] = this.#rows[row * this.#words + i]!
    }
    this.#rows = rows
    this.#words = words
  }

  /** A lane has as many blocks of a stretch now, more than before; it has `length` in all. */
  raise(key: number, lane: number, blocks: number, length: number): void {
    const at = this.#places === null ? key : this.#placeFor(this.#places, key)
    const who = this.#who[at]!
    if (who === NOBODY || who === lane) {
      this.#who[at] = lane
      this.#blocks[at] = blocks
      return
    }
    if (who < 0) {
      this.#put(-2 - who, lane, blocks, length)
      return
    }
    const row = this.#freeRows.pop() ?? this.#addRow()
    this.#put(row, who, this.#blocks[at]!, length)
    this.#put(row, lane, blocks, length)
    this.#who[at] = -2 - row
  }

  /** A lane has no more than the first `blocks` of a stretch, fewer than its `length`. */
  lower(key: number, lane: number, blocks: number, length: number): void {
    const at = this.#places === null ? key : this.#places.find(key)
    if (at < 0) return
    const who = this.#who[at]!
    if (who < NOBODY) {
      const row = -2 - who
      this.#keepAtMost(row, lane, blocks)
      if (this.#counts[row] === 1) this.#leaveOne(at, row, length)
    } else if (who === lane) {
      if (blocks > 0) this.#blocks[at] = Math.min(blocks, this.#blocks[at]!)
      else {
        this.#who[at] = NOBODY
        this.#places?.drop(at)
      }
    }
  }

  /** Says how many blocks of a path, up to its stretch `to`, the lanes in the innermost set of `out` have. */
  follow(path: PromptPath, to: number, out: LaneDepths): void {
    let depth = 0
    for (let i = path.from; i < to; i++) {
      const wanted = Math.min(path.nodeBlocks[i]!, path.blockCount - depth)
      // No block ends within it, or none of the request's own: it tells nobody apart.
      if (wanted === 0) continue
      const who = this.#whoHas(path.nodes[i]!)
      if (who === NOBODY) return
      if (who > NOBODY) {
        if (out.has(who)) out.tell(who, this.#followAlone(who, path, i, to, depth))
        return
      }
      const row = -2 - who
      const parts = this.#hasParts ? this.#parts[row] : undefined
      if (parts !== undefined) tellParts(parts, depth, wanted, out)
      depth += wanted
      if (!out.narrow(this.#rows, row * this.#words, depth)) return
    }
  }

  /** Blocks of a path that a lane has which has the first `depth`, those before stretch `from`. */
  #followAlone(lane: number, path: PromptPath, from: number, to: number, depth: number): number {
    let sum = depth
    for (let i = from; i < to; i++) {
      const wanted = Math.min(path.nodeBlocks[i]!, path.blockCount - sum)
      if (wanted === 0) continue
      const blocks = this.#blocksOf(path.nodes[i]!, lane)
      if (blocks < wanted) return sum + blocks
      sum += wanted
    }
    return sum
  }

  #blocksOf(key: number, lane: number): number {
    const at = this.#places === null ? key : this.#places.find(key)
    const who = at < 0 ? NOBODY : this.#who[at]!
    if (who >= NOBODY) return who === lane ? this.#blocks[at]! : 0
    const row = -2 - who
    if ((this.#rows[row * this.#words + (lane >>> 5)]! & (1 << (lane & 31))) !== 0)
      return Number.POSITIVE_INFINITY
    const parts = this.#parts[row]
    const part = parts === undefined ? -1 : parts.lanes.indexOf(lane)
    return part < 0 ? 0 : parts!.blocks[part]!
  }

  #whoHas(key: number): number {
    if (this.#places === null) return this.#who[key]!
    const at = this.#places.find(key)
    return at < 0 ? NOBODY : this.#who[at]!
  }

  #placeFor(places: NumberedKeys, key: number): number {
    const known = places.find(key)
    if (known >= 0) return known
    const at = places.add(key)
    if (at >= this.#who.length) {
      const before = this.#who.length
      this.#who = grown(this.#who, places.room).fill(NOBODY, before)
      this.#blocks = grown(this.#blocks, places.room)
    }
    return at
  }

  /** A lane has as many blocks, more than it had. */
  #put(row: number, lane: number, blocks: number, length: number): void {
    if (blocks === length) {
      this.#rows[row * this.#words + (lane >>> 5)]! |= 1 << (lane & 31)
      if (this.#takePart(row, lane) === 0) this.#counts[row]!++
    } else {
      if (this.#takePart(row, lane) === 0) this.#counts[row]!++
      this.#addPart(row, lane, blocks)
    }
  }

  #keepAtMost(row: number, lane: number, blocks: number): void {
    const at = row * this.#words + (lane >>> 5)
    const bit = 1 << (lane & 31)
    const isWhole = (this.#rows[at]! & bit) !== 0
    const has = isWhole ? blocks : this.#takePart(row, lane)
    if (isWhole) this.#rows[at]! &= ~bit
    else if (has === 0) return
    if (blocks > 0) this.#addPart(row, lane, Math.min(has, blocks))
    else this.#counts[row]!--
  }

  #addPart(row: number, lane: number, blocks: number): void {
    this.#hasParts = true
    const parts = this.#parts[row]
    if (parts === undefined) this.#parts[row] = {lanes: [lane], blocks: [blocks]}
    else {
      parts.lanes.push(lane)
      parts.blocks.push(blocks)
    }
  }

  /** Takes out the part that a lane has; @returns its blocks, 0 if it has none */
  #takePart(row: number, lane: number): number {
    const parts = this.#hasParts ? this.#parts[row] : undefined
    const at = parts === undefined ? -1 : parts.lanes.indexOf(lane)
    if (at < 0) return 0
    const {lanes, blocks} = parts!
    const taken = blocks[at]!
    const lastLane = lanes.pop()!
    const lastBlocks = blocks.pop()!
    if (at < lanes.length) {
      lanes[at] = lastLane
      blocks[at] = lastBlocks
    }
    return taken
  }

  /** Of several lanes one is left. */
  #leaveOne(at: number, row: number, length: number): void {
    const parts = this.#parts[row]
    this.#counts[row] = 0
    this.#who[at] = parts?.lanes.pop() ?? this.#takeLastBit(row)
    this.#blocks[at] = parts?.blocks.pop() ?? length
    this.#freeRows.push(row)
  }

  /** Empties a row of one bit and returns its lane. */
  #takeLastBit(row: number): number {
    const from = row * this.#words
    let at = 0
    while (this.#rows[from + at] === 0) at++
    const lane = at * 32 + 31 - Math.clz32(this.#rows[from + at]!)
    this.#rows[from + at] = 0
    return lane
  }

  #addRow(): number {
    if (this.#rowCount === this.#counts.length) {
      const size = this.#counts.length * 2
      this.#counts = grown(this.#counts, size)
      this.#rows = grown(this.#rows, size * this.#words)
    }
    return this.#rowCount++
  }
}

/** Of the lanes in the innermost set of `out` some have the first few blocks of a stretch, whose first `wanted` are asked for. */
function tellParts({lanes, blocks}: Parts, depth: number, wanted: number, out: LaneDepths): void {
  for (let i = 0; i < lanes.length; i++)
    if (out.has(lanes[i]!)) out.tell(lanes[i]!, depth + Math.min(blocks[i]!, wanted))
}

const NOBODY = -1
const FIRST_ROWS = 64
