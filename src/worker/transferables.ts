import type {Workload} from '../trace/workload.ts'

/**
 * Prepares a result to leave the worker without copies. A column that is a window on a larger buffer, or that
 * belongs to the cached trace (detaching it would empty the trace for the next run), is copied first.
 */
export function detachableBuffers<T>(value: T, keep: Workload): {value: T; buffers: ArrayBuffer[]} {
  const kept = new Set<ArrayBufferLike>()
  for (const column of Object.values(keep)) if (ArrayBuffer.isView(column)) kept.add(column.buffer)
  const buffers = new Set<ArrayBuffer>()

  const visit = (node: unknown): unknown => {
    if (ArrayBuffer.isView(node)) {
      const column = ownColumn(node as Column, kept)
      buffers.add(column.buffer as ArrayBuffer)
      return column
    }
    if (Array.isArray(node)) return node.some(isBranch) ? node.map(visit) : node
    if (node !== null && typeof node === 'object') {
      return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, visit(child)]))
    }
    return node
  }
  return {value: visit(value) as T, buffers: [...buffers]}
}

type Column = Float64Array | Int32Array | Uint32Array

function ownColumn(column: Column, kept: ReadonlySet<ArrayBufferLike>): Column {
  const isWindow = column.byteLength !== column.buffer.byteLength
  return isWindow || kept.has(column.buffer) ? column.slice() : column
}

function isBranch(node: unknown): boolean {
  return node !== null && typeof node === 'object'
}
