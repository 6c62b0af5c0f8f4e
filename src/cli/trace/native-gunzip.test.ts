import {gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {gunzip} from '../../trace/formats/gzip.ts'
import {inflated} from './native-gunzip.ts'

const text = new TextEncoder().encode('{"timestamp": 0}\n'.repeat(1000))
const packed = new Uint8Array(gzipSync(text))

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

describe('a gzip file is unpacked as our own reader unpacks it', () => {
  it.each([
    ['one member', packed],
    ['several members', joined(packed, packed)],
    ['an empty one', new Uint8Array(gzipSync(new Uint8Array()))],
  ])('%s', (_, file) => {
    const ours = gunzip(file, 'trace.gz')
    expect(ours.ok && Buffer.compare(inflated(file), ours.value)).toBe(0)
  })
})

it('leaves alone what is no gzip file, or not a whole one', () => {
  const damaged = packed.slice()
  damaged[damaged.length - 6]! ^= 1
  const files = [
    text,
    packed.subarray(0, 30),
    damaged,
    joined(packed, new Uint8Array(20)),
    joined(packed, text),
  ]
  for (const file of files) expect(inflated(file)).toBe(file)
})
