import {expect, test} from 'vitest'
import {findPreset} from '../../../config/presets.ts'
import {findReadySpace, readySpaceFor} from '../../../search/ready-spaces.ts'
import {describeSpace, type SearchSpace} from '../../../search/space.ts'
import {readySpaceOf} from './space-of-spec.ts'
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

test('a link says a ready-made space in full and the usual seed, so that it asks the same of another version', () => {
  const grounds = {space: '{"num_workers":[1,2]}', seed: 0}
  for (const space of ['', 'fleet'])
    expect(specPairs({...DEFAULT_SPEC, space}, grounds)).toEqual([
      ['space', grounds.space],
      ['seed', '0'],
    ])
  // The scenario's own keys have another seed, and what was typed is the space.
  expect(specPairs({...DEFAULT_SPEC, space: 'tp: [1, 2]'}, {...grounds, seed: 3})).toEqual([
    ['space', 'tp: [1, 2]'],
  ])
})

test('a space in full that is this version’s ready-made one is told by its name', () => {
  const {scenario} = findPreset('as-published')!
  const inFull = (space: SearchSpace) => ({...DEFAULT_SPEC, space: JSON.stringify(describeSpace(space))})
  expect(readySpaceOf(inFull(readySpaceFor(scenario).space(scenario)), scenario)).toBe('')
  expect(readySpaceOf(inFull(findReadySpace('fleet')!.space(scenario)), scenario)).toBe('fleet')
  expect(readySpaceOf({...DEFAULT_SPEC, space: '{"num_workers": [1, 2]}'}, scenario)).toBeNull()
  expect(readySpaceOf({...DEFAULT_SPEC, space: 'fleet'}, scenario)).toBeNull()
})
