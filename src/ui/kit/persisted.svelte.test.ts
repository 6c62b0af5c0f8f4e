import {afterEach, describe, expect, test, vi} from 'vitest'
import {Persisted} from './persisted.svelte.ts'

const KEY = 'a choice'

function choice(): Persisted<number | null> {
  return new Persisted<number | null>(
    KEY,
    text => (text === null ? null : Number(text)),
    value => (value === null ? null : String(value)),
  )
}

function stubStorage(): Map<string, string> {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
    removeItem: (key: string) => kept.delete(key),
  })
  return kept
}

afterEach(() => vi.unstubAllGlobals())

describe('a persisted choice', () => {
  test('is there again in the next page, and gone when it was taken back', () => {
    const kept = stubStorage()
    choice().value = 3
    expect(choice().value).toBe(3)
    choice().value = null
    expect([choice().value, kept.size]).toEqual([null, 0])
  })

  test('lasts as long as the page where storage is forbidden', () => {
    vi.stubGlobal('localStorage', {
      get getItem(): never {
        throw new Error('forbidden')
      },
    })
    const own = choice()
    own.value = 3
    expect([own.value, choice().value]).toEqual([3, null])
  })
})
