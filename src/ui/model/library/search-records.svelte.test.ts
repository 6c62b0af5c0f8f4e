import {IDBFactory} from 'fake-indexeddb'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../../../config/presets.ts'
import {plannerOf, type Scenario, scalingBy} from '../../../config/scenario.ts'
import {ok} from '../../../core/result.ts'
import {LibraryNews} from '../../../store/library-news.ts'
import {readRecord} from '../../../store/library-record.ts'
import {createLibraryStore} from '../../../store/library-store.ts'
import {PointStore} from '../../../store/point-store.ts'
import {SEARCHES} from '../../../store/saved-search.ts'
import versionOne from '../../../store/search-version-1.json' with {type: 'json'}
import type {PointFigures} from '../../../sweep/points.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {SimulatorPool} from '../../../worker/pool.ts'
import {searchStep} from '../../../worker/search-steps.ts'
import {PriceTable} from '../money/price-table.svelte.ts'
import {planSearch} from '../search/plan.ts'
import type {PlannedRun, SearchBase} from '../search/planned-run.ts'
import {SearchState} from '../search/search.svelte.ts'
import {DEFAULT_SPEC} from '../search/spec.ts'
import {LibraryState} from './library.svelte.ts'
import {exportFile, importFile} from './library-files.ts'
import {itemsOf} from './records.ts'
import {keepSearch, openSearch} from './search-records.ts'

const scenario: Scenario = {
  ...defaultScenario(),
  objective: {ttftMs: 1500, itlMs: 50, share: 0.9},
  scaling: scalingBy(
    plannerConfigWith('agg', {optimization_target: 'sla', ttft: 1500, itl: 50, decode_engine_num_gpu: 1}),
  ),
}
const base: SearchBase = {
  ...{scenario, traceSha256: 'abc', traceBlob: null, profile: null, profileSha256: null},
  ...{arrivals: null, prices: {'': 2}},
}
const spec = {...DEFAULT_SPEC, space: '{"planner.min_endpoint": [1, 2, 3, 4]}', budget: 40}

/** Two replicas serve nine of ten in time. */
function figuresOf({scenario: own}: PlannedRun): PointFigures {
  const replicas = plannerOf(own)?.min_endpoint ?? 1
  const figures = {
    sla_attainment: Math.min(0.8 + 0.06 * replicas, 1),
    gpu_hours: replicas,
    billed_gpu_hours: replicas,
  }
  return {...figures, duration_ms: 3_600_000, num_requests: 9, digest: `of ${replicas}`} as PointFigures
}

const pool = {
  runMany: async (tasks: readonly PlannedRun[], {onOutcome}: {onOutcome: (...args: unknown[]) => void}) => {
    for (const task of tasks) onOutcome(task, ok(figuresOf(task)))
  },
} as unknown as SimulatorPool

function newSearch(): SearchState {
  const brain = {searchStep: async (asked: Parameters<typeof searchStep>[0]) => searchStep(asked)}
  const search = new SearchState(pool, new PointStore(), brain as unknown as SimulatorClient)
  search.spec = spec
  return search
}

async function searched(): Promise<SearchState> {
  const search = newSearch()
  const plan = planSearch(spec, base)
  if (!plan.ok) throw new Error(plan.error.message)
  await search.start(plan.value)
  expect(search.phase).toEqual({kind: 'done'})
  return search
}

let channels: LibraryNews[] = []
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('localStorage', {getItem: () => null, setItem: () => {}, removeItem: () => {}})
})
afterEach(() => {
  for (const channel of channels) channel.close()
  channels = []
  vi.unstubAllGlobals()
})

async function tab(): Promise<LibraryState> {
  const news = new LibraryNews('tabs under test')
  channels.push(news)
  const packer = {pack: async () => new Uint8Array(), unpack: async () => ok(null)}
  const library = new LibraryState(createLibraryStore(), packer, news)
  await library.load()
  return library
}

const options = (library: LibraryState) => ({library, currency: 'EUR', titleOf: () => 'Short'})

test('a search is one record in every tab, with its name, note and size, and asked again it is the same one', async () => {
  const [one, other] = [await tab(), await tab()]
  const search = await searched()
  await keepSearch(search, options(one))
  await vi.waitFor(() => expect(other.searches.entries).toHaveLength(1))
  const {id, sizeBytes, sentence} = other.searches.entries[0]!.summary
  expect(sizeBytes).toBeGreaterThan(1000)
  expect(sentence).toContain('Fewest replicas per pool (min_endpoint) 2: holds 92.0 % for 4 (2 GPU-hours)')
  await Promise.all([one.edit('search', id, {name: 'mine'}), other.edit('search', id, {notes: 'for Kim'})])
  await keepSearch(await searched(), options(other))
  for (const library of [one, other])
    await vi.waitFor(() =>
      expect(library.searches.entries).toMatchObject([{summary: {name: 'mine', notes: 'for Kim'}}]),
    )
})

test('it opens with its answer, its runs and its prices, and what was opened is not kept anew', async () => {
  const library = await tab()
  const search = await searched()
  await keepSearch(search, options(library))
  const {id} = library.searches.entries[0]!.summary
  const again = newSearch()
  const prices = new PriceTable()
  expect(await openSearch(id, {library, search: again, prices})).toMatchObject({id, traceTitle: 'Short'})
  expect(again.advance?.answer).toEqual(search.advance?.answer)
  expect(again.evidence).toEqual(search.evidence)
  expect(again.plan?.problem).toEqual(search.plan?.problem)
  expect([prices.prices, prices.currency]).toEqual([{'': 2}, 'EUR'])
  await library.remove('search', [id])
  await keepSearch(again, options(library))
  expect(library.searches.entries).toEqual([])
})

test('what was asked of a ready-made space opens with that space in full, whatever this version has by its name', async () => {
  const library = await tab()
  const search = await searched()
  search.spec = {...spec, space: ''}
  await keepSearch(search, options(library))
  const again = newSearch()
  await openSearch(library.searches.entries[0]!.summary.id, {
    library,
    search: again,
    prices: new PriceTable(),
  })
  expect(again.spec).toEqual({...spec, space: '{"planner.min_endpoint":[1,2,3,4]}'})
})

test('it goes through a file and back, whole or not at all', async () => {
  const library = await tab()
  const search = await searched()
  await keepSearch(search, options(library))
  const {summary} = library.searches.entries[0]!
  const file = await exportFile(library, itemsOf(library), 0)
  vi.stubGlobal('indexedDB', new IDBFactory())
  const elsewhere = await tab()
  const report = await importFile(elsewhere, new File([file], 'lib.zip'))
  expect(report).toMatchObject({ok: true, value: {imported: [{kind: 'search'}], refused: []}})
  expect(elsewhere.searches.entries[0]?.summary).toEqual(summary)
  const again = newSearch()
  await openSearch(summary.id, {library: elsewhere, search: again, prices: new PriceTable()})
  expect(again.advance?.answer).toEqual(search.advance?.answer)
  await elsewhere.searches.change(summary.id, {}, {problem: {}, results: [], why: null})
  expect(
    await openSearch(summary.id, {library: elsewhere, search: again, prices: new PriceTable()}),
  ).toBeNull()
  expect(elsewhere.problem).toBe('The search could not be opened: it is damaged')
})

test('a record of version 1 is read as it was kept', () => {
  expect(readRecord(SEARCHES, versionOne)).toEqual({ok: true, value: versionOne})
  expect(readRecord(SEARCHES, {...versionOne, spec: {}}).ok).toBe(false)
})
