import {IDBFactory} from 'fake-indexeddb'
import {keys} from 'idb-keyval'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {openStore} from './open-store.ts'
import {RecentStore} from './recent-store.ts'

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => vi.unstubAllGlobals())

test('keeps the latest few, for the next page too', async () => {
  const store = new RecentStore('recent', 2)
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const)
    await store.write(key, value)
  const next = new RecentStore('recent', 2)
  expect([await next.read('a'), await next.read('b'), await next.read('c')]).toEqual([3, undefined, 4])
})

test('writes that come at once do not lose one another', async () => {
  const store = new RecentStore('recent', 3)
  await Promise.all([store.write('a', 1), store.write('b', 2), store.write('c', 3)])
  expect(await Promise.all(['a', 'b', 'c'].map(key => store.read(key)))).toEqual([1, 2, 3])
})

test('finds nothing where the browser refuses to store', async () => {
  const store = new RecentStore(
    'recent',
    2,
    () => () => Promise.reject(new DOMException('no', 'SecurityError')),
  )
  await store.write('a', 1)
  expect(await store.read('a')).toBeUndefined()
})

test('a file of many parts comes back whole, and leaves nothing behind when it makes room', async () => {
  const store = new RecentStore('recent', 1)
  const bytes = Uint8Array.from({length: 9_000_001}, (_, i) => i % 251)
  await store.write('big', new Blob([bytes]))
  const read = await new RecentStore('recent', 1).read('big')
  expect(read).toBeInstanceOf(Blob)
  expect(Buffer.from(await (read as Blob).arrayBuffer()).equals(bytes)).toBe(true)
  await store.write('next', 1)
  expect(await store.read('big')).toBeUndefined()
  expect(await keys(openStore('recent', 'recent'))).toEqual(['order', 'value next'])
})
