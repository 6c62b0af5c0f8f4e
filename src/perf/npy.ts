import {strFromU8} from 'fflate'
import {fail, ok, type Result} from '../core/result.ts'

/** One array of an NPZ file: float64 values in row-major order. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/**
 * Reads the NPY format, versions 1 to 3 (numpy.lib.format), restricted to what an engine profile holds: little-endian
 * float64 in C order. Anything else is a failure, as in the reference.
 */
export function parseNpy(bytes: Uint8Array): Result<NpyArray> {
  if (bytes.length < 12 || bytes[0] !== 0x93 || strFromU8(bytes.subarray(1, 6)) !== 'NUMPY') {
    return fail('is not in NPY format')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = bytes[6]! >= 2
  const headerStart = wide ? 12 : 10
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  const dataStart = headerStart + headerLength
  if (dataStart > bytes.length) return fail('is truncated')
  const header = strFromU8(bytes.subarray(headerStart, dataStart))
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1]
  if (type !== '<f8') return fail(`has type ${type ?? 'unknown'}, float64 is needed`)
  if (!/'fortran_order':\s*False/.test(header)) return fail('is in Fortran order')
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1]
  if (shapeText === undefined) return fail('has no shape')
  const shape = shapeText
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .map(Number)
  const count = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(count) || dataStart + count * 8 > bytes.length) return fail('is truncated')
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = view.getFloat64(dataStart + i * 8, true)
  return ok({shape, values})
}
