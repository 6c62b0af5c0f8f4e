import {grown} from '../../core/grown.ts'
import type {PromptPath} from '../../trace/prompt-paths.ts'
import {NumberedKeys} from '../vllm-1.2/numbered-keys.ts'
import {wordsFor} from './lane-bits.ts'
import type {LaneDepths} from './lane-depths.ts'

/** Lanes that have blocks of one stretch, two at the least. */
interface Many {
  count: number
  /** Bits of those that have all of it. */
  whole: Uint32Array
  /** Those that have its first few, and how many. */
  readonly partLanes: number[]
  readonly partBlocks: number[]
}

/**
 * How many of the first blocks of which stretches of prompts each instance has. Stretches are small integers, and instances are
 * known by their *lanes*, small integers that are used again after an instance is gone.
 *
 * Most stretches are with one instance alone, and then its lane and its blocks are all that is stored. So to ask about all
 * instances at once takes a few words for each stretch, however many instances there are.
 */
export class LeadingHolders {
  /** NOBODY, or the lane of the one instance that has any, or -2 - place in `#many`. */
  #who: Int32Array
  /** What the one instance has. */
  #blocks: Int32Array
  /** Places in `#who` of stretches that somebody has, where they may be any; null where each is its own place. */
  readonly #places: NumberedKeys | null
  readonly #many: Many[] = []
  readonly #free: number[] = []
  #words = 1

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
    this.#words = words
    for (const many of this.#many) many.whole = grown(many.whole, words)
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
      put(this.#many[-2 - who]!, lane, blocks, length)
      return
    }
    const place = this.#free.pop() ?? this.#addMany()
    put(this.#many[place]!, who, this.#blocks[at]!, length)
    put(this.#many[place]!, lane, blocks, length)
    this.#who[at] = -2 - place
  }

  /** A lane has no more than the first `blocks` of a stretch, fewer than its `length`. */
  lower(key: number, lane: number, blocks: number, length: number): void {
    const at = this.#places === null ? key : this.#places.find(key)
    if (at < 0) return
    const who = this.#who[at]!
    if (who < NOBODY) {
      const many = this.#many[-2 - who]!
      keepAtMost(many, lane, blocks)
      if (many.count === 1) this.#leaveOne(at, -2 - who, length)
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
      const {whole, partLanes, partBlocks} = this.#many[-2 - who]!
      for (let k = 0; k < partLanes.length; k++)
        if (out.has(partLanes[k]!)) out.tell(partLanes[k]!, depth + Math.min(partBlocks[k]!, wanted))
      depth += wanted
      if (!out.narrow(whole, depth)) return
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
    const {whole, partLanes, partBlocks} = this.#many[-2 - who]!
    if ((whole[lane >>> 5]! & (1 << (lane & 31))) !== 0) return Number.POSITIVE_INFINITY
    const part = partLanes.indexOf(lane)
    return part < 0 ? 0 : partBlocks[part]!
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

  #addMany(): number {
    this.#many.push({count: 0, whole: new Uint32Array(this.#words), partLanes: [], partBlocks: []})
    return this.#many.length - 1
  }

  /** Of several lanes one is left. */
  #leaveOne(at: number, place: number, length: number): void {
    const many = this.#many[place]!
    many.count = 0
    const part = many.partLanes.pop()
    this.#who[at] = part ?? takeBit(many.whole)
    this.#blocks[at] = many.partBlocks.pop() ?? length
    this.#free.push(place)
  }
}

/** A lane has as many blocks, more than it had. */
function put(many: Many, lane: number, blocks: number, length: number): void {
  const {partLanes, partBlocks} = many
  const part = partLanes.length === 0 ? -1 : partLanes.indexOf(lane)
  if (blocks < length) {
    if (part >= 0) {
      partBlocks[part] = blocks
      return
    }
    partLanes.push(lane)
    partBlocks.push(blocks)
  } else {
    many.whole[lane >>> 5]! |= 1 << (lane & 31)
    if (part >= 0) {
      dropPart(many, part)
      return
    }
  }
  many.count++
}

function keepAtMost(many: Many, lane: number, blocks: number): void {
  const bit = 1 << (lane & 31)
  const part = many.partLanes.indexOf(lane)
  if ((many.whole[lane >>> 5]! & bit) !== 0) {
    many.whole[lane >>> 5]! &= ~bit
    if (blocks > 0) {
      many.partLanes.push(lane)
      many.partBlocks.push(blocks)
    } else many.count--
  } else if (part >= 0) {
    if (blocks > 0) many.partBlocks[part] = Math.min(many.partBlocks[part]!, blocks)
    else {
      dropPart(many, part)
      many.count--
    }
  }
}

function dropPart({partLanes, partBlocks}: Many, part: number): void {
  const lane = partLanes.pop()!
  const blocks = partBlocks.pop()!
  if (part === partLanes.length) return
  partLanes[part] = lane
  partBlocks[part] = blocks
}

/** Clears the one bit there is and returns its lane. */
function takeBit(bits: Uint32Array): number {
  let at = 0
  while (bits[at] === 0) at++
  const lane = at * 32 + 31 - Math.clz32(bits[at]!)
  bits[at] = 0
  return lane
}

const NOBODY = -1
