import {IDBFactory} from 'fake-indexeddb'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import {smallOutcome} from '../../../store/library-fixture.ts'
import {LibraryNews} from '../../../store/library-news.ts'
import type {LibraryRecord} from '../../../store/library-record.ts'
import {createLibraryStore, type LibraryStore} from '../../../store/library-store.ts'
import type {RecordStore} from '../../../store/record-store.ts'
import {savedOutcome} from '../../../store/saved-run.ts'
import {STORAGE_FULL} from '../../../store/storage-problem.ts'
import {finishedRun} from '../run/run.svelte.ts'
import {LibraryState, type NewSweep} from './library.svelte.ts'

const scenario = defaultScenario()

const packer = {
  pack: async () => new Uint8Array([1]),
  unpack: async () => ({ok: true, value: savedOutcome(smallOutcome())}) as const,
}

const sweep: NewSweep = {
  name: 'A sweep',
  scenario,
  spec: {first: {key: 'seed', values: '1,2'}, second: null, repeats: {of: 'phase', count: 1}},
  traceTitle: 'Short',
  traceSha256: 'abc',
  profileSha256: null,
  pointCount: 2,
  finishedCount: 1,
  release: '0.1.0',
  question: 'q',
}
const row = (id: string) => ({
  id,
  key: `key ${id}`,
  axes: {},
  repeat: 0,
  phase_shift_s: 0,
  trace_seed: null,
  error: 'no',
})

let channels: LibraryNews[] = []
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  for (const channel of channels) channel.close()
  channels = []
  vi.unstubAllGlobals()
})

/** A tab of one browser. */
async function tab(stores: LibraryStore = createLibraryStore()): Promise<LibraryState> {
  const news = new LibraryNews('tabs under test')
  channels.push(news)
  const library = new LibraryState(stores, packer, news)
  await library.load()
  return library
}

async function keepRun(library: LibraryState): Promise<string> {
  const id = library.keep(finishedRun(scenario, smallOutcome()), 'Short')
  await vi.waitFor(() => expect(library.entries[0]?.isStored).toBe(true))
  return id
}

/** Stores that are full while `isFull` says so. */
function filling(isFull: () => boolean): LibraryStore {
  const stores = createLibraryStore()
  fill(stores.run, isFull)
  fill(stores.sweep, isFull)
  return stores
}

function fill<R extends LibraryRecord, B>(store: RecordStore<R, B>, isFull: () => boolean): void {
  const save = store.save.bind(store)
  vi.spyOn(store, 'save').mockImplementation(async (record, body) =>
    isFull() ? {ok: false, error: {message: STORAGE_FULL}} : save(record, body),
  )
}

describe('two tabs', () => {
  test('hear of runs, names, notes and deletions, and keep both of two edits', async () => {
    const [one, other] = [await tab(), await tab()]
    const id = await keepRun(one)
    await vi.waitFor(() => expect(other.summary(id)).not.toBeNull())
    await Promise.all([one.edit('run', id, {name: 'named'}), other.edit('run', id, {notes: 'noted'})])
    for (const library of [one, other])
      await vi.waitFor(() => expect(library.summary(id)).toMatchObject({name: 'named', notes: 'noted'}))
    const shown = await other.open(id)
    await one.remove('run', [id])
    await vi.waitFor(() => expect(other.summary(id)).toBeNull())
    expect(shown !== null && other.isGone(shown)).toBe(true)
    other.keepAgain(shown!, 'Short')
    await vi.waitFor(() => expect(one.entries).toHaveLength(1))
    expect(other.isGone(shown!)).toBe(false)
  })

  test('an edit of what another tab has just deleted is refused with its name, and the list follows', async () => {
    const one = await tab()
    const id = await keepRun(one)
    await createLibraryStore().run.remove([id])
    const {name} = one.summary(id)!
    await one.edit('run', id, {notes: 'late'})
    expect(one.problem).toContain(`‘${name}’ was not changed: It is not in this browser’s storage any more`)
    expect(one.entries).toEqual([])
  })
})

describe('a sweep', () => {
  test('that asks the same again gets the new rows and keeps its name; another one is another record', async () => {
    const library = await tab()
    await library.keepSweep(sweep, [row('1')])
    const id = library.sweeps.entries[0]!.summary.id
    await library.edit('sweep', id, {name: 'mine', notes: 'n'})
    await library.keepSweep({...sweep, finishedCount: 2}, [row('1'), row('2')])
    expect(library.sweeps.entries).toMatchObject([
      {summary: {id, name: 'mine', notes: 'n', finishedCount: 2}},
    ])
    expect(await library.openSweep(id)).toEqual([row('1'), row('2')])
    await library.keepSweep({...sweep, question: 'another'}, [row('1')])
    expect(library.sweeps.entries).toHaveLength(2)
  })

  test('gives up its rows and keeps its question', async () => {
    const library = await tab()
    await library.keepSweep(sweep, [row('1')])
    const {id} = library.sweeps.entries[0]!.summary
    await library.emptySweep(id)
    expect(await library.openSweep(id)).toEqual([])
    expect(library.sweeps.find(id)).toMatchObject({finishedCount: 0, pointCount: 2, spec: sweep.spec})
  })
})

describe('a full disk', () => {
  test('loses nothing: runs and sweeps stay, can be exported, and are stored when there is room', async () => {
    let isFull = true
    const library = await tab(filling(() => isFull))
    const id = library.keep(finishedRun(scenario, smallOutcome()), 'Short')
    await vi.waitFor(() => expect(library.isFull).toBe(true))
    await library.keepSweep(sweep, [row('1')])
    expect(library.sweeps.entries).toMatchObject([{isStored: false}])
    expect(await library.packed(id)).toEqual({ok: true, value: new Uint8Array([1])})
    expect(await library.openSweep(library.sweeps.entries[0]!.summary.id)).toEqual([row('1')])
    await library.load()
    expect(library.entries).toHaveLength(1)
    isFull = false
    await library.storeAgain()
    expect(library.problem).toBeNull()
    const reloaded = await tab()
    expect(reloaded.summary(id)).not.toBeNull()
    expect(reloaded.sweeps.entries).toHaveLength(1)
  })

  test('deleting a record stores what waited', async () => {
    let isFull = false
    const library = await tab(filling(() => isFull))
    const first = await keepRun(library)
    isFull = true
    const second = library.keep(finishedRun({...scenario, seed: 9}, smallOutcome()), 'Short')
    await vi.waitFor(() => expect(library.isFull).toBe(true))
    isFull = false
    await library.remove('run', [first])
    expect(library.entries).toMatchObject([{isStored: true, summary: {id: second}}])
  })
})

test('a run that was edited while it was being stored keeps the edit', async () => {
  const stores = createLibraryStore()
  const library = await tab(stores)
  const save = stores.run.save.bind(stores.run)
  let id = ''
  vi.spyOn(stores.run, 'save').mockImplementation(async (record, body) => {
    await library.edit('run', id, {name: 'in between'})
    return save(record, body)
  })
  id = library.keep(finishedRun(scenario, smallOutcome()), 'Short')
  await vi.waitFor(() => expect(library.entries[0]?.isStored).toBe(true))
  await vi.waitFor(async () =>
    expect(await createLibraryStore().run.list()).toMatchObject({value: {records: [{name: 'in between'}]}}),
  )
})
