type TypedArray = Uint8Array | Int32Array | Uint32Array | Float64Array

/** A longer array that begins with the old one's values; zeros follow. */
export function grown<T extends TypedArray>(old: T, length: number): T {
  const next = new (old.constructor as new (length: number) => T)(length)
  next.set(old)
  return next
}
