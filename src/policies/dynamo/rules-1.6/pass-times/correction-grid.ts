/** How far a correction may go. */
const LEAST_FACTOR = 0.5
const MOST_FACTOR = 2

export interface GridOptions {
  /** Upper ends of the axes; they begin at 0. What lies outside is not corrected. */
  readonly limits: readonly number[]
  readonly binsPerAxis: number
  readonly maxSamples: number
  readonly minObservations: number
  /** In which order cells are gone through (`bucketOrder`): keys of all of them. */
  readonly order: readonly number[]
}

/**
 * How observed pass times compare with those of the tables, in cells over the load of a pass (planner-1.6.md, appendix A).
 * Full, it gives up the oldest sample of the fullest cell; of equally full ones the last, as in the sample store.
 */
export class CorrectionGrid {
  readonly #options: GridOptions
  readonly #cells: number[][]
  #count = 0

  constructor(options: GridOptions) {
    this.#options = options
    this.#cells = Array.from({length: options.binsPerAxis ** options.limits.length}, () => [])
  }

  add(load: readonly number[], ratio: number): void {
    const cell = this.#cellOf(load)
    if (cell === null) return
    cell.push(Math.min(Math.max(ratio, LEAST_FACTOR), MOST_FACTOR))
    this.#count++
    if (this.#count > this.#options.maxSamples) this.#dropOne()
  }

  /** What a pass time of the tables is multiplied by; 1 where nothing is known. */
  factorAt(load: readonly number[]): number {
    if (this.#count < this.#options.minObservations) return 1
    const cell = this.#cellOf(load)
    return cell === null || cell.length === 0 ? 1 : medianOf(cell)
  }

  copy(): CorrectionGrid {
    const copy = new CorrectionGrid(this.#options)
    copy.#count = this.#count
    for (const [i, cell] of this.#cells.entries()) copy.#cells[i] = [...cell]
    return copy
  }

  #cellOf(load: readonly number[]): number[] | null {
    const {limits, binsPerAxis} = this.#options
    let key = 0
    for (const [axis, limit] of limits.entries()) {
      const value = load[axis]!
      if (!(value >= 0 && value <= limit)) return null
      const bin = limit > 0 ? Math.trunc((value / limit) * binsPerAxis) : 0
      key = key * binsPerAxis + Math.min(Math.max(bin, 0), binsPerAxis - 1)
    }
    return this.#cells[key]!
  }

  #dropOne(): void {
    let fullest: number[] = []
    for (const key of this.#options.order) {
      const cell = this.#cells[key]!
      if (cell.length >= fullest.length) fullest = cell
    }
    fullest.shift()
    this.#count--
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
