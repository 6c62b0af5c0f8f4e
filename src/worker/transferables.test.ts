import {describe, expect, it} from 'vitest'
import type {Workload} from '../trace/workload.ts'
import {detachableBuffers} from './transferables.ts'

const workload = {
  requestCount: 2,
  inputLength: Int32Array.of(5, 6),
  arrivalMs: Float64Array.of(0, 1),
} as unknown as Workload

describe('detachableBuffers', () => {
  it('copies what belongs to the trace and what is a window, and hands over the rest as it is', () => {
    const own = Float64Array.of(1, 2, 3)
    const grown = new Float64Array(1000)
    grown.set([7, 8])
    const result = {
      engine: {own, borrowed: workload.inputLength, window: grown.subarray(0, 2)},
      note: 'x',
      none: null,
    }
    const {value, buffers} = detachableBuffers(result, workload)
    expect(value).toEqual(result)
    expect(buffers).toHaveLength(3)
    expect(buffers).toContain(own.buffer)
    expect(buffers).not.toContain(workload.inputLength.buffer)
    expect(value.engine.window.buffer.byteLength).toBe(16)
  })

  it('names a buffer once even if two fields share it', () => {
    const shared = Float64Array.of(1)
    expect(detachableBuffers({a: shared, b: [{c: shared}]}, workload).buffers).toHaveLength(1)
  })
})
