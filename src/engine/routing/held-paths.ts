import type {PromptPaths} from '../../trace/prompt-paths.ts'
import {HeldBlocks} from './held-blocks.ts'
import type {LaneDepths} from './lane-depths.ts'
import {LeadingHolders} from './leading-holders.ts'

/**
 * The prompt blocks that the requests on each instance hold, and how many of the leading blocks of a prompt each instance holds
 * already: in one walk along its path for all of them.
 */
export class HeldPaths {
  readonly #paths: PromptPaths
  readonly #byLane: HeldBlocks[] = []
  /** Of nodes that several prompts may have. */
  readonly #holders: LeadingHolders

  constructor(paths: PromptPaths) {
    this.#paths = paths
    this.#holders = new LeadingHolders(paths.nodeCount)
  }

  reserveLanes(count: number): void {
    this.#holders.reserveLanes(count)
    for (let lane = this.#byLane.length; lane < count; lane++)
      this.#byLane.push(new HeldBlocks(this.#paths, lane, this.#holders))
  }

  /** Distinct blocks held on a lane. */
  count(lane: number): number {
    return this.#byLane[lane]!.count
  }

  add(request: number, lane: number): void {
    this.#byLane[lane]!.add(request)
  }

  remove(request: number, lane: number): void {
    this.#byLane[lane]!.remove(request)
  }

  /** Says for each of the lanes in `out` how many of the leading blocks of a prompt are held there. */
  follow(request: number, out: LaneDepths): void {
    const path = this.#paths.pathOf(request)
    this.#holders.follow(path, path.sharedTo, out)
  }
}
