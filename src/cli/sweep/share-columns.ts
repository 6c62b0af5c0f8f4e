/** The same object with its typed arrays in shared memory: threads then read one copy instead of cloning it. */
export function shareColumns<T extends object>(columns: T): T {
  const entries = Object.entries(columns).map(([key, value]) => [key, isColumn(value) ? share(value) : value])
  return Object.fromEntries(entries) as T
}

type Column = Float64Array | Int32Array | Uint32Array

function isColumn(value: unknown): value is Column {
  return value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint32Array
}

function share(column: Column): Column {
  const memory = new SharedArrayBuffer(column.byteLength)
  const shared =
    column instanceof Float64Array
      ? new Float64Array(memory)
      : column instanceof Int32Array
        ? new Int32Array(memory)
        : new Uint32Array(memory)
  shared.set(column)
  return shared
}
