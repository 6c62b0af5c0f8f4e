import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {defaultScenario, PRESETS} from '../../../config/presets.ts'
import {gpusOf, PriceTable} from './price-table.svelte.ts'

let stored = new Map<string, string>()

beforeEach(() => {
  stored = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  })
})
afterEach(() => vi.unstubAllGlobals())

test('prices are kept by GPU with their currency, and hold for the fleets that have it', () => {
  const table = new PriceTable()
  const guide = PRESETS.find(({id}) => id === 'guide-agg')!.scenario
  expect(table.moneyOf(guide)).toEqual({price: null, currency: ''})
  const [gpu] = gpusOf([guide])
  table.set(gpu!, 2.5)
  table.setCurrency('EUR')
  expect(new PriceTable().moneyOf(guide)).toEqual({price: 2.5, currency: 'EUR'})
  table.set(gpu!, null)
  expect(new PriceTable().of(guide)).toBeNull()
})

test('a price for any GPU holds where its own is not named', () => {
  const table = new PriceTable()
  table.set('', 3)
  table.set('h200_sxm', 4)
  const scenario = defaultScenario()
  const own = gpusOf([scenario])[0]
  expect(table.of(scenario)).toBe(own === 'h200_sxm' ? 4 : 3)
})

test('come back through a link, which keeps nothing until something is typed', () => {
  const table = new PriceTable()
  table.set('h200_sxm', 2.5)
  table.set('', 1)
  table.setCurrency('USD')
  const other = new PriceTable()
  stored.clear()
  const fresh = new PriceTable()
  expect(fresh.readLink(table.linkPairs)).toEqual([])
  expect(fresh.prices).toEqual(other.prices)
  expect([fresh.currency, stored.size]).toEqual(['USD', 0])
  fresh.set('', 2)
  expect(stored.size).toBe(1)
  expect(fresh.get('h200_sxm')).toBe(2.5)
})

test.each([
  [['price', 'abc']],
  [['price', 'h200_sxm:-1']],
  [['price', '__proto__:3']],
  [['currency', '<b>']],
] as const)('says that %j is of no use', pair => {
  const table = new PriceTable()
  expect(table.readLink([pair])).toHaveLength(1)
  expect(table.prices).toEqual({})
})

test('takes over the prices of earlier releases', () => {
  stored.set('planner-replay-price-per-gpu-hour', '2')
  stored.set('planner-replay-gpu-prices', '{"h100_sxm": 1.5, "x": "no"}')
  const table = new PriceTable()
  expect(table.prices).toEqual({'': 2, h100_sxm: 1.5})
  table.set('', null)
  table.set('h100_sxm', null)
  expect(new PriceTable().prices).toEqual({})
})
