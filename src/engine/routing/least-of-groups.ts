/** A number for each of some things, and the least of every sixteen. */
export class LeastOfGroups {
  readonly values: Float64Array
  /** Of things `g * GROUP .. (g + 1) * GROUP`. */
  readonly least: Float64Array

  constructor(count: number) {
    const groups = Math.ceil(count / GROUP)
    this.values = new Float64Array(groups * GROUP).fill(Number.POSITIVE_INFINITY)
    this.least = new Float64Array(groups).fill(Number.POSITIVE_INFINITY)
  }

  set(thing: number, value: number): void {
    const group = thing >>> GROUP_BITS
    const before = this.values[thing]!
    const least = this.least[group]!
    this.values[thing] = value
    if (value <= least) this.least[group] = value
    else if (before === least) this.least[group] = this.#leastIn(group)
  }

  /** One of those with the least number. */
  leastThing(): number {
    const {values, least} = this
    let group = 0
    for (let g = 1; g < least.length; g++) if (least[g]! < least[group]!) group = g
    let thing = group * GROUP
    while (values[thing] !== least[group]) thing++
    return thing
  }

  #leastIn(group: number): number {
    const {values} = this
    let least = values[group * GROUP]!
    for (let i = group * GROUP + 1; i < (group + 1) * GROUP; i++) if (values[i]! < least) least = values[i]!
    return least
  }
}

const GROUP_BITS = 4
export const GROUP = 1 << GROUP_BITS
