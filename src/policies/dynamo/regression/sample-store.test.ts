import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {emptyPasses} from '../instance-cache.ts'
import {SampleStore} from './sample-store.ts'

/** The rules of planner.md 8.1 in maps and lists, as plainly as they can be written. */
class PlainStore {
  readonly #max: number
  readonly #perAxis: number
  readonly #axes: number
  #buckets = new Map<string, number[][]>()
  #ranges: {min: number; max: number}[]

  constructor(maxSamples: number, bucketCount: number, axes: 1 | 2) {
    this.#max = maxSamples
    this.#axes = axes
    this.#perAxis = axes === 1 ? bucketCount : Math.sqrt(bucketCount)
    this.#ranges = Array.from({length: axes}, () => ({min: Infinity, max: -Infinity}))
  }

  add(sample: readonly [number, number, number]): void {
    let widened = false
    for (let axis = 0; axis < this.#axes; axis++) {
      const range = this.#ranges[axis]!
      const value = sample[axis]!
      if (value < range.min || value > range.max) widened = true
      range.min = Math.min(range.min, value)
      range.max = Math.max(range.max, value)
    }
    if (widened) {
      const all = this.samples()
      this.#buckets = new Map()
      for (const each of all) this.#put(each)
    }
    this.#put([...sample])
    if (this.samples().length > this.#max) this.#retire()
  }

  samples(): number[][] {
    return [...this.#buckets.values()].flat()
  }

  #put(sample: number[]): void {
    const key = this.#ranges
      .map(({min, max}, axis) => {
        if (max <= min) return 0
        const index = Math.trunc(((sample[axis]! - min) / (max - min)) * this.#perAxis)
        return Math.max(0, Math.min(index, this.#perAxis - 1))
      })
      .join()
    this.#buckets.set(key, [...(this.#buckets.get(key) ?? []), sample])
  }

  #retire(): void {
    const longest = Math.max(...[...this.#buckets.values()].map(bucket => bucket.length))
    for (const [key, bucket] of this.#buckets) {
      if (bucket.length < longest) continue
      if (bucket.length === 1) this.#buckets.delete(key)
      else this.#buckets.set(key, bucket.slice(1))
      return
    }
  }
}

function contents(store: SampleStore, capacity: number): number[][] {
  const [x0, x1, y] = [0, 1, 2].map(() => new Float64Array(capacity)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const count = store.copyTo(x0, x1, y)
  return Array.from({length: count}, (_, i) => [x0[i]!, x1[i]!, y[i]!])
}

function add(store: SampleStore, x0: number, x1: number | null, y: number): void {
  const passes = {...emptyPasses(1), wallTimeS: Float64Array.of(y)}
  const rows = {passes, rows: Int32Array.of(0), count: 1}
  store.add(Float64Array.of(x0), x1 === null ? null : Float64Array.of(x1), rows)
}

describe('sample store', () => {
  const value = fc.oneof(fc.integer({min: 0, max: 12}), fc.double({min: 0, max: 1e4, noNaN: true}))
  const sample = fc.tuple(value, value, fc.double({min: 0.001, max: 1, noNaN: true}))

  test.each([1, 2] as const)('keeps what the plain rules keep, in their order: %i axes', axes => {
    fc.assert(
      fc.property(
        fc.array(sample, {maxLength: 120}),
        fc.integer({min: 1, max: 20}),
        fc.constantFrom(1, 4, 16),
        (samples, maxSamples, bucketCount) => {
          const store = new SampleStore({maxSamples, bucketCount, axes})
          const plain = new PlainStore(maxSamples, bucketCount, axes)
          for (const [x0, x1, y] of samples) {
            add(store, x0, axes === 1 ? null : x1, y)
            plain.add([x0, axes === 1 ? 0 : x1, y])
          }
          expect(contents(store, maxSamples)).toEqual(plain.samples())
          expect(store.count).toBe(Math.min(samples.length, maxSamples))
        },
      ),
      {numRuns: 300},
    )
  })

  test('takes in the rows that are named, in their order, but those of no duration', () => {
    const store = new SampleStore({maxSamples: 3, bucketCount: 1, axes: 1})
    const wallTimeS = Float64Array.of(0.1, 0.2, 0, 0.4, 0.5, 0.6)
    const x = Float64Array.of(10, 20, 30, 40, 50, 60)
    store.add(x, null, {
      passes: {...emptyPasses(6), wallTimeS},
      rows: Int32Array.of(5, 2, 0, 1, 3, 4),
      count: 5,
    })
    expect(contents(store, 3).map(([x0]) => x0)).toEqual([10, 20, 40])
  })

  test('no buckets count as one', () => {
    const store = new SampleStore({maxSamples: 2, bucketCount: 0, axes: 2})
    for (const x of [5, 1, 9]) add(store, x, x, x)
    expect(contents(store, 2).map(([x]) => x)).toEqual([1, 9])
  })
})
