import {strFromU8} from 'fflate'
import {fail, ok, type Result} from '../core/result.ts'

/** One array of an NPZ file: float64 values in row-major order. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/** Which types of numbers are taken. */
export type NpyNumbers = 'float64' | 'any'

/**
 * Reads the NPY format, versions 1 to 3 (numpy.lib.format), in either byte order and either order of the axes. An
 * engine profile holds float64 and the reference takes nothing else; a profiler's points may be any numbers.
 */
export function parseNpy(bytes: Uint8Array, numbers: NpyNumbers = 'float64'): Result<NpyArray> {
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
  const read = type === undefined ? undefined : NUMBERS[type.slice(1)]
  if (type === undefined || read === undefined || (numbers === 'float64' && read !== NUMBERS.f8))
    return fail(
      `has type ${type ?? 'unknown'}, ${numbers === 'float64' ? 'float64' : 'a type of numbers'} is needed`,
    )
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1]
  if (shapeText === undefined) return fail('has no shape')
  const shape = shapeText
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .map(Number)
  const count = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(count) || dataStart + count * read.bytes > bytes.length)
    return fail('is truncated')
  const values = new Float64Array(count)
  const isLittle = !type.startsWith('>')
  for (let i = 0; i < count; i++) values[i] = read.at(view, dataStart + i * read.bytes, isLittle)
  return ok({shape, values: /'fortran_order':\s*True/.test(header) ? rowMajor(values, shape) : values})
}

interface NumberType {
  readonly bytes: number
  readonly at: (view: DataView, offset: number, isLittle: boolean) => number
}

/** By numpy's code without its sign of byte order. */
const NUMBERS: Readonly<Record<string, NumberType>> = {
  f8: {bytes: 8, at: (view, offset, isLittle) => view.getFloat64(offset, isLittle)},
  f4: {bytes: 4, at: (view, offset, isLittle) => view.getFloat32(offset, isLittle)},
  i8: {bytes: 8, at: (view, offset, isLittle) => Number(view.getBigInt64(offset, isLittle))},
  i4: {bytes: 4, at: (view, offset, isLittle) => view.getInt32(offset, isLittle)},
}

/** Values of an array whose first axis runs fastest, with the last one fastest. */
function rowMajor(values: Float64Array, shape: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1))
  return values.map((_, at) => {
    let rest = at
    let from = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    return values[from]!
  })
}
