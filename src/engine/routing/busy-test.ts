import type {RouterLoads} from './router-loads.ts'

/** Whether all instances have more prompt tokens to compute than `limit`. */
export class BusyTest {
  readonly #loads: RouterLoads
  readonly #limit: number
  #lanes: Int32Array = new Int32Array(0)
  /** By lane: 1 where there is room, while it may be chosen. How many there are, where prompts do not shrink. */
  #isRoomy = new Uint8Array(0)
  #isRegistered = new Uint8Array(0)
  #roomy = 0

  constructor(loads: RouterLoads, limit: number) {
    this.#loads = loads
    this.#limit = limit
  }

  /** @param laneCount all lanes are below this */
  setRegistered(lanes: Int32Array, laneCount: number): void {
    this.#lanes = lanes
    this.#isRoomy = new Uint8Array(laneCount)
    this.#isRegistered = new Uint8Array(laneCount)
    this.#roomy = 0
    for (const lane of lanes) {
      this.#isRegistered[lane] = 1
      this.loadChanged(lane)
    }
  }

  loadChanged(lane: number): void {
    if (this.#isRegistered[lane] !== 1) return
    const isRoomy = this.#loads.prefillTokens[lane]! <= this.#limit ? 1 : 0
    this.#roomy += isRoomy - this.#isRoomy[lane]!
    this.#isRoomy[lane] = isRoomy
  }

  areAllBusy(nowMs: number): boolean {
    if (!this.#loads.shrinks) return this.#roomy === 0
    for (const lane of this.#lanes) if (this.#loads.prefillTokensAt(lane, nowMs) <= this.#limit) return false
    return true
  }
}
