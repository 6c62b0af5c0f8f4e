import {afterEach, expect, test, vi} from 'vitest'
import {sha256Of, sha256OfParts} from './sha256-of.ts'

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const bytes = new TextEncoder().encode('-abc').subarray(1)

afterEach(() => vi.unstubAllGlobals())

test('hashes what a view shows, and whole buffers', async () => {
  expect(await sha256Of(bytes)).toBe(ABC)
  expect(await sha256Of(bytes.slice().buffer)).toBe(ABC)
})

test('hashes parts as one', async () => {
  expect(await sha256OfParts([bytes.subarray(0, 1), bytes.subarray(1, 1), bytes.subarray(1)])).toBe(ABC)
})

test('does so without the host, too', async () => {
  vi.stubGlobal('crypto', {})
  expect(await sha256Of(bytes)).toBe(ABC)
})
