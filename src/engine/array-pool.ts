/**
 * Int32 arrays to use again, in sizes of powers of two: a fresh typed array for every request costs more in garbage
 * collection than the request itself. What is taken holds whatever the last user left in it.
 */
export class ArrayPool {
  readonly #free: Int32Array[][] = Array.from({length: 32}, () => [])

  /** An array of at least `length` entries. */
  take(length: number): Int32Array {
    const bits = length <= 1 ? 0 : 32 - Math.clz32(length - 1)
    return this.#free[bits]!.pop() ?? new Int32Array(2 ** bits)
  }

  give(array: Int32Array): void {
    this.#free[31 - Math.clz32(array.length)]!.push(array)
  }
}
