import {createHash, randomBytes} from 'node:crypto'
import {expect, test} from 'vitest'
import {sha256Hex} from './sha256.ts'

test('agrees with the platform around every padding boundary', () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 300_001]) {
    const bytes = new Uint8Array(randomBytes(length))
    expect(sha256Hex(bytes), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
})
