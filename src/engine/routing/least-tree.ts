/** A number for each of some things, and the least of all of them and of every half, quarter and so on. */
export class LeastTree {
  /** Things there is room for, a power of two. */
  readonly size: number
  /** The least of a node's two children, which are at 2 i and 2 i + 1; the root is at 1, things are from `size` on. */
  readonly least: Float64Array

  constructor(count: number) {
    this.size = 1
    while (this.size < count) this.size *= 2
    this.least = new Float64Array(this.size * 2).fill(Number.POSITIVE_INFINITY)
  }

  set(thing: number, value: number): void {
    const {least} = this
    let node = this.size + thing
    least[node] = value
    while (node > 1) {
      node >>= 1
      const lower = Math.min(least[node * 2]!, least[node * 2 + 1]!)
      if (least[node] === lower) return
      least[node] = lower
    }
  }

  /** One of those with the least number. */
  get leastThing(): number {
    const {least} = this
    let node = 1
    while (node < this.size) node = least[node * 2]! <= least[node * 2 + 1]! ? node * 2 : node * 2 + 1
    return node - this.size
  }
}
