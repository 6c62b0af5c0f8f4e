import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Result} from '../core/result.ts'
import {openArchive, packColumns, readArchive} from './column-archive.ts'

async function unpackColumns(packed: Uint8Array<ArrayBuffer>): Promise<Result<unknown>> {
  const opened = await openArchive(packed)
  return opened.ok ? readArchive(opened.value) : opened
}

async function roundTrip(value: unknown): Promise<unknown> {
  const unpacked = await unpackColumns(await packColumns(value))
  if (!unpacked.ok) throw new Error(unpacked.error.message)
  return unpacked.value
}

describe('packColumns and what reads its archives', () => {
  test('return what went in, columns of every kind and numbers JSON has no word for', async () => {
    const value = {
      times: Float64Array.of(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 3_537_000.123456),
      counts: Int32Array.of(-1, 0, 2 ** 31 - 1),
      gaps: Uint32Array.of(2 ** 32 - 1),
      kinds: Uint8Array.of(1, 2, 3),
      nothing: new Float64Array(),
      plain: [1, 'text', null, true, {estimate: Number.NaN, bound: Number.NEGATIVE_INFINITY, zero: -0}],
    }
    expect(await roundTrip(value)).toEqual(value)
  })

  test('hold for any columns', async () => {
    const columns = fc.record(
      {
        a: fc.float64Array({maxLength: 40}),
        b: fc.array(fc.int32Array({maxLength: 9}), {maxLength: 4}),
        c: fc.uint8Array({maxLength: 17}),
      },
      {noNullPrototype: true},
    )
    const law = fc.asyncProperty(columns, async value => {
      expect(await roundTrip(value)).toEqual(value)
    })
    await fc.assert(law)
  })

  test('keep a column that is a window on a larger buffer to its window', async () => {
    const window = Float64Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(await roundTrip({window})).toEqual({window: Float64Array.of(2, 3)})
  })

  test('make rising times smaller than gzip alone does', async () => {
    let time = 0
    const times = Float64Array.from({length: 20_000}, (_, i) => {
      time += 1 + ((i * 7919) % 1000) / 1000
      return time
    })
    const plain = await new Response(
      new Blob([times]).stream().pipeThrough(new CompressionStream('gzip')),
    ).arrayBuffer()
    expect((await packColumns({times})).length).toBeLessThan(plain.byteLength)
  })

  test('refuse a class: it would come back as a plain object', async () => {
    await expect(packColumns({when: new Map()})).rejects.toThrow('plain objects')
  })
})

describe('openArchive and readArchive', () => {
  test('say so when the bytes are damaged, cut short or of another version', async () => {
    const packed = await packColumns({times: Float64Array.of(1, 2, 3)})
    expect((await unpackColumns(packed.slice(0, packed.length - 12))).ok).toBe(false)
    expect((await unpackColumns(Uint8Array.of(1, 2, 3))).ok).toBe(false)
    const gzip = async (text: string) => {
      const json = new TextEncoder().encode(text)
      const bytes = new Uint8Array(4 + json.length)
      new DataView(bytes.buffer).setUint32(0, json.length, true)
      bytes.set(json, 4)
      const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
      return new Uint8Array(await new Response(stream).arrayBuffer())
    }
    expect(await unpackColumns(await gzip('{"version":2,"columns":[],"value":null}'))).toMatchObject({
      ok: false,
      error: {message: expect.stringContaining('another version')},
    })
    const missing = '{"version":1,"columns":[{"type":"Float64Array","length":9}],"value":{"$column":0}}'
    expect(await unpackColumns(await gzip(missing))).toMatchObject({
      ok: false,
      error: {message: expect.stringContaining('cut short')},
    })
    expect((await unpackColumns(await gzip('not json'))).ok).toBe(false)
  })
})
