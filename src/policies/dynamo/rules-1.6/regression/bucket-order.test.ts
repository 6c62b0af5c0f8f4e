import {expect, test} from 'vitest'
import {bucketOrder} from './bucket-order.ts'
import {SampleStore} from './sample-store.ts'

const KEYS = Array.from({length: 16}, (_, key) => key)

test('without a seed buckets lie in the order of their keys, with one in another', () => {
  expect(bucketOrder(16, 0, 'aggregated mixed')).toEqual(KEYS)
  const shuffled = bucketOrder(16, 5, 'aggregated mixed')
  expect(shuffled).not.toEqual(KEYS)
  expect([...shuffled].sort((a, b) => a - b)).toEqual(KEYS)
  expect(bucketOrder(16, 5, 'aggregated mixed')).toEqual(shuffled)
  expect(bucketOrder(16, 5, 'aggregated decode')).not.toEqual(shuffled)
})

/** Two corners of the store, filled in turn, are always equally full when one of them has to give. */
function droppedFirst(order: readonly number[] | undefined) {
  const store = new SampleStore({binsPerAxis: 2, maxSamples: 4, ...(order === undefined ? {} : {order})})
  const low = {attention: 0, tokens: 0}
  const high = {attention: 1000, tokens: 1000}
  const dropped = [low, high, low, high, low, high].map((at, i) => store.add({...at, wallMs: i}))
  return dropped.filter(sample => sample !== null).map(({wallMs}) => wallMs)
}

test('of equally full buckets the last in the order gives its oldest sample', () => {
  // The fifth sample makes one bucket the fullest; then both are equal.
  expect(droppedFirst(undefined)).toEqual([0, 1])
  const unequal = (order: readonly number[]) => {
    const store = new SampleStore({binsPerAxis: 2, maxSamples: 3, order})
    store.add({attention: 0, tokens: 0, wallMs: 1})
    store.add({attention: 1000, tokens: 1000, wallMs: 2})
    store.add({attention: 0, tokens: 0, wallMs: 3})
    return store.add({attention: 1000, tokens: 1000, wallMs: 4})?.wallMs
  }
  expect(unequal([0, 1, 2, 3])).toBe(2)
  expect(unequal([3, 2, 1, 0])).toBe(1)
})
