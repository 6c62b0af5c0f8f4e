import {describe, expect, it} from 'vitest'
import {PrefillLoad} from './prefill-load.ts'

const expected = (tokens: number, ms: number | null) => ({
  tokens,
  expectedNanos: ms === null ? null : ms * 1e6,
})

describe('PrefillLoad', () => {
  it('keeps all tokens until they are taken out when nobody estimates them', () => {
    const load = new PrefillLoad()
    const first = expected(100, null)
    load.add(first, 0)
    load.add(expected(60, null), 5)
    expect(load.tokensAt(1e6)).toBe(160)
    load.remove(first, 1e6)
    expect(load.tokensAt(2e6)).toBe(60)
  })

  it('lets the oldest shrink to nothing over its estimate, and the next from when that one is gone', () => {
    const load = new PrefillLoad()
    const first = expected(100, 10)
    const second = expected(61, 20)
    load.add(first, 1000)
    load.add(second, 1001)
    expect([1000, 1001, 1002.55, 1010, 1500].map(at => load.tokensAt(at))).toEqual([161, 151, 136, 61, 61])
    load.remove(first, 1500)
    expect([1500, 1510, 1515].map(at => load.tokensAt(at))).toEqual([61, 31, 16])
    load.remove(second, 1515)
    expect(load.tokensAt(1515)).toBe(0)
  })

  it('leaves the clock of the oldest alone when a younger one goes first', () => {
    const load = new PrefillLoad()
    const younger = expected(50, 10)
    load.add(expected(100, 10), 0)
    load.add(younger, 0)
    load.remove(younger, 5)
    expect(load.tokensAt(6)).toBe(40)
  })

  it('takes an estimate of nothing as done', () => {
    const load = new PrefillLoad()
    load.add(expected(100, 0), 0)
    expect(load.tokensAt(0)).toBe(0)
  })
})
