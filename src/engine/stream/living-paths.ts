import {grown} from '../../core/grown.ts'
import type {PromptPath, PromptPaths} from '../../trace/prompt-paths.ts'
import type {LivingPrefixes} from './living-prefixes.ts'

/** Paths of prompts of which no columns are kept; a node is known by the first of its blocks. */
export class LivingPaths implements PromptPaths {
  readonly #prefixes: LivingPrefixes
  readonly nodeCount = null
  // Of the prompt asked for, filled from the end: a path is walked from its last node to the first.
  #nodes = new Int32Array(FIRST_LENGTH)
  #nodeBlocks = new Int32Array(FIRST_LENGTH)
  #from = 0

  constructor(prefixes: LivingPrefixes) {
    this.#prefixes = prefixes
  }

  pathOf(slot: number): PromptPath {
    this.#from = this.#nodes.length
    this.#prefixes.eachNode(slot, this.#add)
    const nodes = this.#nodes
    const to = nodes.length
    const blockCount = this.#prefixes.countOf(slot)
    return {nodes, nodeBlocks: this.#nodeBlocks, from: this.#from, sharedTo: to, to, blockCount}
  }

  readonly #add = (node: number, blocks: number): void => {
    if (this.#from === 0) this.#grow()
    this.#nodes[--this.#from] = node
    this.#nodeBlocks[this.#from] = blocks
  }

  /** What is there goes to the end. */
  #grow(): void {
    const before = this.#nodes.length
    this.#nodes = grown(this.#nodes, before * 2).copyWithin(before, 0, before)
    this.#nodeBlocks = grown(this.#nodeBlocks, before * 2).copyWithin(before, 0, before)
    this.#from = before
  }
}

const FIRST_LENGTH = 64
