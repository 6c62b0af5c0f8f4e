import {expect, test} from 'vitest'
import {defaultScenario, PRESETS} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {smallOutcome} from '../../../store/library-fixture.ts'
import {type RunSummary, summaryOf} from '../../../store/saved-run.ts'
import {ancestryWords, closestRun} from './ancestry.ts'
import {type LibraryItem, queryItems, type Sort} from './records.ts'

const guide = PRESETS.find(({id}) => id === 'guide-agg')!

function runOf(id: string, scenario: Scenario, extra: Partial<RunSummary> = {}): RunSummary {
  const named = {id, name: id, createdAtMs: 1, scenario, traceTitle: 'Tool-agent hour', parentId: null}
  return {...summaryOf({...named, outcome: smallOutcome(scenario)}), ...extra}
}

const items: readonly LibraryItem[] = [
  {kind: 'run', summary: runOf('run 10', guide.scenario, {createdAtMs: 3, sizeBytes: 5})},
  {
    kind: 'run',
    summary: runOf('run 9', defaultScenario(), {createdAtMs: 1, sizeBytes: 50, notes: 'For Kim'}),
  },
  {
    kind: 'trace',
    summary: {
      version: 1,
      id: 'f00d',
      name: 'mine',
      notes: '',
      createdAtMs: 2,
      sizeBytes: 500,
      origin: 'file',
      fileName: 'burst.jsonl',
    },
  },
  {
    kind: 'comparison',
    summary: {
      version: 1,
      id: 'c',
      name: 'both',
      notes: '',
      createdAtMs: 4,
      sizeBytes: 1,
      runs: [{id: 'x', name: 'the old fleet', link: ''}],
    },
  },
].map(item => ({...item, key: `${item.kind} ${item.summary.id}`, isStored: true})) as LibraryItem[]

function found(text: string, sort: Sort = 'newest', kind: LibraryItem['kind'] | null = null): string[] {
  return queryItems(items, {text, sort, kind}).map(({summary}) => summary.name)
}

test.each([
  ['', ['both', 'run 10', 'mine', 'run 9']],
  ['  KIM ', ['run 9']],
  ['guide aggregated', ['run 10']],
  ['tool-agent run', ['run 10', 'run 9']],
  ['burst', ['mine']],
  ['f00d', ['mine']],
  ['old fleet', ['both']],
  ['comparison', ['both']],
  ['kim guide', []],
])('a search for %j finds %j', (text, names) => {
  expect(found(text)).toEqual(names)
})

test('sorts by age, name as a person counts, and size; a kind can be asked for', () => {
  expect(found('', 'oldest')).toEqual(['run 9', 'mine', 'run 10', 'both'])
  expect(found('', 'name')).toEqual(['both', 'mine', 'run 9', 'run 10'])
  expect(found('', 'size')).toEqual(['mine', 'run 9', 'run 10', 'both'])
  expect(found('', 'newest', 'run')).toEqual(['run 10', 'run 9'])
})

test('a run is held against the closest before it, the first of equals, and not against strangers', () => {
  const near = runOf('near', {...guide.scenario, seed: 7})
  const same = runOf('same', guide.scenario)
  const far = runOf('far', {
    ...guide.scenario,
    trace: {kind: 'catalogue', id: 'bursty-sessions'},
    traceBlockSize: 16,
    arrivalSpeedupRatio: 9,
    replayConcurrency: 3,
    engineTiming: 'polynomial',
    routerMode: 'kv_router',
    scaling: {policy: 'fixed'},
    benchmarkGranularity: 3,
    seed: 5,
  })
  expect(closestRun(guide.scenario, [near, same, far])?.id).toBe('same')
  expect(closestRun(guide.scenario, [near, runOf('as near', {...guide.scenario, seed: 8})])?.id).toBe('near')
  expect(closestRun(guide.scenario, [far])).toBeNull()
  expect(closestRun(guide.scenario, [])).toBeNull()
})

test('says in what a run differs, and counts what is too much to say', () => {
  const parent = runOf('base', guide.scenario)
  expect(ancestryWords(runOf('b', guide.scenario), parent)).toBe('Same settings as ‘base’')
  const changed = {...guide.scenario, seed: 7, arrivalSpeedupRatio: 2, benchmarkGranularity: 4}
  expect(ancestryWords(runOf('b', {...guide.scenario, seed: 7}), parent)).toBe(
    'Differs from ‘base’: Seed 0 → 7',
  )
  expect(ancestryWords(runOf('b', changed), parent)).toMatch(/^Differs from ‘base’: .+, .+ and 1 more$/)
})
