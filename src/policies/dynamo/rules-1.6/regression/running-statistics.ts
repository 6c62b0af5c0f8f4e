import type {Sample} from './sample-store.ts'

/** Indices: 0 attention, 1 tokens, 2 wall time. */
export type Vector3 = [number, number, number]

/** A diagonal sum that shrinks below this share of itself has lost its digits. */
const LEAST_REMAINDER = 1e-8

/**
 * Means and centred sums of squares and products over a changing set of samples (planner-1.6.md 6.5). Updated sample by
 * sample, like the reference's, as its rounding shows in the fits.
 */
export class RunningStatistics {
  #count = 0
  #means: Vector3 = [0, 0, 0]
  #scatter: [Vector3, Vector3, Vector3] = emptyScatter()
  #isDamaged = false

  get count(): number {
    return this.#count
  }

  get means(): Readonly<Vector3> {
    return this.#means
  }

  scatter(i: number, j: number): number {
    return this.#scatter[i]![j]!
  }

  /** Removals have cost so many digits that everything should be summed anew. */
  get isUsable(): boolean {
    if (this.#isDamaged) return false
    for (const i of AXES) {
      if (!Number.isFinite(this.#means[i]) || this.#scatter[i][i] < 0) return false
      for (const j of AXES) if (!Number.isFinite(this.#scatter[i][j])) return false
    }
    return true
  }

  insert(sample: Sample): void {
    const at = vectorOf(sample)
    if (this.#count === 0) {
      this.#count = 1
      this.#means = at
      this.#scatter = emptyScatter()
      return
    }
    const before = minus(at, this.#means)
    this.#count++
    for (const i of AXES) this.#means[i] += before[i] / this.#count
    const after = minus(at, this.#means)
    for (const i of AXES) {
      for (const j of AXES) {
        if (j < i) continue
        this.#scatter[i][j] += crossTerm(before, after, i, j)
        this.#scatter[j][i] = this.#scatter[i][j]
      }
    }
  }

  remove(sample: Sample): void {
    if (this.#count === 0) {
      this.#isDamaged = true
      return
    }
    if (this.#count === 1) {
      this.#count = 0
      this.#means = [0, 0, 0]
      this.#scatter = emptyScatter()
      return
    }
    const before = minus(vectorOf(sample), this.#means)
    this.#count--
    for (const i of AXES) this.#means[i] -= before[i] / this.#count
    const after = minus(vectorOf(sample), this.#means)
    for (const i of AXES) {
      for (const j of AXES) if (j >= i) this.#removeTerm(i, j, crossTerm(before, after, i, j))
    }
  }

  recompute(samples: readonly Sample[]): void {
    this.#count = 0
    this.#isDamaged = false
    for (const sample of samples) this.insert(sample)
  }

  #removeTerm(i: Axis, j: Axis, term: number): void {
    const old = this.#scatter[i][j]
    const left = old - term
    this.#scatter[i][j] = left
    this.#scatter[j][i] = left
    if (i === j && (left < 0 || (old > 0 && left < old * LEAST_REMAINDER))) this.#isDamaged = true
  }
}

type Axis = 0 | 1 | 2
const AXES: readonly Axis[] = [0, 1, 2]

function crossTerm(before: Vector3, after: Vector3, i: Axis, j: Axis): number {
  if (i === j) return before[i] * after[i]
  return 0.5 * before[i] * after[j] + 0.5 * before[j] * after[i]
}

function vectorOf({attention, tokens, wallMs}: Sample): Vector3 {
  return [attention, tokens, wallMs]
}

function minus(a: Readonly<Vector3>, b: Readonly<Vector3>): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

function emptyScatter(): [Vector3, Vector3, Vector3] {
  return [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]
}
