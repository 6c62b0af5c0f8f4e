import {expect, test} from 'vitest'
import {DEFAULT_SPEC, readSpec, specPairs} from './spec.ts'

test.each([
  {...DEFAULT_SPEC, space: 'planner-sla'},
  {...DEFAULT_SPEC, budget: 40, generatesAnew: true},
  {...DEFAULT_SPEC, space: 'num_workers: [1, 2]'},
  {...DEFAULT_SPEC, timeLimitS: 60},
  {...DEFAULT_SPEC, mostCost: 3.5},
])('a link says the search %j', spec => {
  expect(readSpec(specPairs(spec))).toEqual({spec, ignored: []})
})

test('what is as usual is left out, and what cannot be used is told', () => {
  expect(specPairs(DEFAULT_SPEC)).toEqual([])
  expect(readSpec([['search-seeds', 'x']])).toEqual({spec: DEFAULT_SPEC, ignored: ['search-seeds=x']})
  expect(
    readSpec([
      ['search-time', '0'],
      ['search-cost', 'much'],
    ]),
  ).toEqual({spec: DEFAULT_SPEC, ignored: ['search-time=0', 'search-cost=much']})
})
