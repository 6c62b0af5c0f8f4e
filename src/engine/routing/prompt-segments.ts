import {grown} from '../../core/grown.ts'
import type {PromptPath, PromptPaths} from '../../trace/prompt-paths.ts'
import type {Prompts} from '../prompts.ts'
import {endOfRun} from '../vllm-1.2/block-runs.ts'
import {countBits} from './lane-bits.ts'

/** Runs of a sweep share what was made of their prompts. */
const known = new WeakMap<Prompts, PromptSegments>()

export function segmentsOf(prompts: Prompts): PromptSegments {
  const kept = known.get(prompts)
  if (kept !== undefined) return kept
  const segments = new PromptSegments(prompts)
  known.set(prompts, segments)
  return segments
}

/**
 * The blocks of all prompts, cut into *segments*: consecutive identities that are in the same prompts, so that every prompt is made
 * of whole ones. However long a prompt is, it has few: it shares some with others, and the rest is one.
 */
export class PromptSegments implements PromptPaths {
  readonly #prompts: Prompts
  /** By block, a bit: a segment begins with it. By word of bits: how many begin before it. */
  readonly #begins: Uint32Array
  readonly #beginsBefore: Int32Array
  /** By segment, its first block; the one after the last ends with the blocks. */
  readonly #first: Int32Array
  /** By prompt, where its path begins, and where those of its segments begin that no other prompt has. */
  readonly #pathStart: Uint32Array
  readonly #ownStart: Uint32Array
  readonly #path: Int32Array
  readonly #pathBlocks: Int32Array
  readonly nodeCount: number
  readonly #asked: {-readonly [K in keyof PromptPath]: PromptPath[K]}

  constructor(prompts: Prompts) {
    this.#prompts = prompts
    const {runs, runStart} = listRuns(prompts)
    this.#begins = new Uint32Array((prompts.blockCount >>> 5) + 1)
    for (let i = 0; i < runs.length; i++) this.#begins[runs[i]! >>> 5]! |= 1 << (runs[i]! & 31)
    this.#beginsBefore = countBefore(this.#begins)
    this.nodeCount = this.segmentOf(prompts.blockCount) + 1
    this.#first = listBits(this.#begins, this.nodeCount + 1)
    this.#first[this.nodeCount] = prompts.blockCount
    this.#pathStart = new Uint32Array(runStart.length)
    this.#path = this.#listPaths(runs, runStart)
    this.#pathBlocks = this.#path.map(segment => this.lengthOf(segment))
    this.#ownStart = this.#findOwn()
    this.#asked = {
      nodes: this.#path,
      nodeBlocks: this.#pathBlocks,
      from: 0,
      sharedTo: 0,
      to: 0,
      blockCount: 0,
    }
  }

  pathOf(request: number): PromptPath {
    const {blockStart} = this.#prompts
    const path = this.#asked
    path.from = this.#pathStart[request]!
    path.sharedTo = this.#ownStart[request]!
    path.to = this.#pathStart[request + 1]!
    path.blockCount = blockStart[request + 1]! - blockStart[request]!
    return path
  }

  /** The segment that a block is in, which is in some prompt. */
  segmentOf(block: number): number {
    const word = block >>> 5
    const upTo = this.#begins[word]! & (0xffffffff >>> (31 - (block & 31)))
    return this.#beginsBefore[word]! + countBits(upTo) - 1
  }

  firstOf(segment: number): number {
    return this.#first[segment]!
  }

  lengthOf(segment: number): number {
    return this.#first[segment + 1]! - this.#first[segment]!
  }

  #listPaths(runs: Int32Array, runStart: Uint32Array): Int32Array {
    let path = new Int32Array(runs.length)
    let count = 0
    for (let request = 0; request + 1 < runStart.length; request++) {
      for (let i = runStart[request]!; i < runStart[request + 1]!; i += 2) {
        const end = this.segmentOf(runs[i + 1]!)
        for (let segment = this.segmentOf(runs[i]!); segment < end; segment++) {
          if (count === path.length) path = grown(path, count * 2)
          path[count++] = segment
        }
      }
      this.#pathStart[request + 1] = count
    }
    return path.subarray(0, count)
  }

  #findOwn(): Uint32Array {
    const prompts = new Int32Array(this.nodeCount)
    const path = this.#path
    for (let i = 0; i < path.length; i++) prompts[path[i]!]!++
    const start = this.#pathStart
    const ownStart = start.slice()
    for (let request = 0; request + 1 < start.length; request++) {
      let at = start[request + 1]!
      while (at > start[request]! && prompts[path[at - 1]!] === 1) at--
      ownStart[request] = at
    }
    return ownStart
  }
}

/** Of each prompt the rows of consecutive identities: the first one of each, and the one after its last. */
function listRuns({blocks, blockStart}: Prompts): {runs: Int32Array; runStart: Uint32Array} {
  const runStart = new Uint32Array(blockStart.length)
  let runs = new Int32Array(blockStart.length * 4)
  let count = 0
  for (let request = 0; request + 1 < blockStart.length; request++) {
    const to = blockStart[request + 1]!
    for (let i = blockStart[request]!; i < to; ) {
      const end = endOfRun(blocks, i, to)
      if (count === runs.length) runs = grown(runs, count * 2)
      runs[count++] = blocks[i]!
      runs[count++] = blocks[end - 1]! + 1
      i = end
    }
    runStart[request + 1] = count
  }
  return {runs: runs.subarray(0, count), runStart}
}

function countBefore(words: Uint32Array): Int32Array {
  const before = new Int32Array(words.length)
  for (let i = 1; i < words.length; i++) before[i] = before[i - 1]! + countBits(words[i - 1]!)
  return before
}

/** Places of the bits that are set, `count` at the most. */
function listBits(words: Uint32Array, count: number): Int32Array {
  const places = new Int32Array(count)
  let at = 0
  for (let i = 0; i < words.length; i++)
    for (let word = words[i]!; word !== 0; word &= word - 1)
      places[at++] = i * 32 + 31 - Math.clz32(word & -word)
  return places
}
