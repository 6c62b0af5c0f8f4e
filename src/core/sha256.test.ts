import {createHash, randomBytes} from 'node:crypto'
import {expect, test} from 'vitest'
import {sha256Hex, sha256OfText} from './sha256.ts'

test('agrees with the platform around every padding boundary', () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 300_001]) {
    const bytes = new Uint8Array(randomBytes(length))
    expect(sha256Hex(bytes), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
})

test('of a text: characters past ASCII count, too', () => {
  expect(sha256OfText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(sha256OfText('ü')).not.toBe(sha256OfText('ö'))
})
