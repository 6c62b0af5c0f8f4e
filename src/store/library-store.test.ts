import {IDBFactory} from 'fake-indexeddb'
import {createStore, get, set} from 'idb-keyval'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {smallOutcome} from './library-fixture.ts'
import {createLibraryStore} from './library-store.ts'
import {openStore} from './open-store.ts'
import {PointStore} from './point-store.ts'
import {RecentStore} from './recent-store.ts'
import {RECORD_GONE} from './record-store.ts'
import versionOne from './run-version-1.json' with {type: 'json'}
import versionTwo from './run-version-2.json' with {type: 'json'}
import {type RunSummary, summaryOf} from './saved-run.ts'
import {STORAGE_FULL} from './storage-problem.ts'
import {TraceStore} from './trace-store.ts'

const scenario = defaultScenario()
const packed = new Uint8Array([1, 2, 3])

function runNamed(name: string, id = name): RunSummary {
  return summaryOf({
    id,
    name,
    createdAtMs: 7,
    scenario,
    outcome: smallOutcome(),
    traceTitle: 'Short',
    parentId: null,
  })
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('records', () => {
  test('come back as they were written, the newest first, without their bodies', async () => {
    const {run} = createLibraryStore()
    await run.save({...runNamed('a'), createdAtMs: 1}, packed)
    await run.save({...runNamed('b'), createdAtMs: 2}, packed)
    expect(await run.list()).toEqual({
      ok: true,
      value: {
        records: [
          {...runNamed('b'), createdAtMs: 2},
          {...runNamed('a'), createdAtMs: 1},
        ],
        unreadable: [],
      },
    })
    expect(await run.body('a')).toEqual({ok: true, value: packed})
  })

  test('of all kinds share a database and do not see each other', async () => {
    const {run, comparison, sweep} = createLibraryStore()
    await run.save(runNamed('same'), packed)
    await comparison.save(
      {version: 1, id: 'same', name: 'c', notes: '', createdAtMs: 1, sizeBytes: 1, runs: []},
      null,
    )
    await comparison.remove(['same'])
    expect((await run.list()).ok && (await run.body('same'))).toEqual({ok: true, value: packed})
    expect(await sweep.list()).toEqual({ok: true, value: {records: [], unreadable: []}})
  })

  test('keep both changes when two tabs edit different fields at once', async () => {
    const [one, other] = [createLibraryStore(), createLibraryStore()]
    await one.run.save(runNamed('a'), packed)
    await Promise.all([one.run.change('a', {name: 'renamed'}), other.run.change('a', {notes: 'noted'})])
    expect(await one.run.list()).toMatchObject({value: {records: [{name: 'renamed', notes: 'noted'}]}})
  })

  test('that were deleted in another tab are not brought back by a change', async () => {
    const [one, other] = [createLibraryStore(), createLibraryStore()]
    await one.run.save(runNamed('a'), packed)
    await other.run.remove(['a'])
    expect(await one.run.change('a', {notes: 'late'})).toEqual({ok: false, error: {message: RECORD_GONE}})
    expect(await one.run.body('a')).toEqual({ok: false, error: {message: RECORD_GONE}})
    expect(await one.run.list()).toMatchObject({value: {records: []}})
  })

  test('change with their body in one transaction, or not at all', async () => {
    const {run} = createLibraryStore()
    await run.save(runNamed('a'), packed)
    const changed = new Uint8Array([9])
    await run.change('a', {notes: 'n'}, changed)
    expect(await run.body('a')).toEqual({ok: true, value: changed})
    await run.change('not there', {notes: 'n'}, changed)
    expect((await run.body('not there')).ok).toBe(false)
  })
})

describe('older and newer versions', () => {
  const raw = () => createStore('planner-replay', 'runs')
  /** As the first release stored it, written out: a golden file, never to be brought up to date. */
  const {id} = versionOne

  test('a run of the first release has notes and history since, and keeps what it had', async () => {
    await set(`summary ${id}`, versionOne, raw())
    await set(`packed ${id}`, packed, raw())
    const {run} = createLibraryStore()
    expect(await run.list()).toEqual({
      ok: true,
      value: {
        records: [{...versionOne, version: 3, notes: '', parentId: null, scenario: expect.anything()}],
        unreadable: [],
      },
    })
    expect(await run.body(id)).toEqual({ok: true, value: packed})
  })

  test('a run kept when the planner was the only policy has it as its policy', async () => {
    await set(`summary ${versionTwo.id}`, versionTwo, raw())
    const {planner, plannerPhaseShiftS, fleet, ...same} = versionTwo.scenario
    const {prefill, decode} = fleet
    const listed = await createLibraryStore().run.list()
    expect(listed).toEqual({
      ok: true,
      value: {
        records: [
          {
            ...versionTwo,
            version: 3,
            scenario: {
              ...same,
              fleet: {
                topology: 'disagg',
                prefill: {...prefill, gpusPerInstance: null},
                decode: {...decode, gpusPerInstance: null},
              },
              scaling: {
                policy: 'dynamo',
                release: '1.2.1',
                config: planner,
                phaseShiftS: plannerPhaseShiftS,
              },
            },
          },
        ],
        unreadable: [],
      },
    })
  })

  test('notes on a run of the first release bring it up to date and stay', async () => {
    await set(`summary ${id}`, versionOne, raw())
    const {run} = createLibraryStore()
    await run.change(id, {notes: 'mine'})
    expect(await get(`summary ${id}`, raw())).toMatchObject({
      version: 3,
      name: 'Guide: aggregated',
      notes: 'mine',
    })
    expect(await run.list()).toMatchObject({value: {records: [{notes: 'mine'}]}})
  })

  test('a record of a newer version is named, not touched, and cannot be changed', async () => {
    const future = {version: 99, id: 'f', name: 'from the future', shape: {unknown: true}}
    await set('summary f', future, raw())
    const {run} = createLibraryStore()
    expect(await run.list()).toEqual({
      ok: true,
      value: {
        records: [],
        unreadable: [
          {
            id: 'f',
            name: 'from the future',
            reason: 'it was made by a newer version of Planner Replay: update the page',
            isNewer: true,
          },
        ],
      },
    })
    expect((await run.change('f', {name: 'mine'})).ok).toBe(false)
    expect(await get('summary f', raw())).toEqual(future)
  })

  test.each([
    ['no object', 'text'],
    ['half a run', {version: 2, id: 'd', name: 'half'}],
    ['a run whose scenario is nonsense', {...runNamed('d'), scenario: {fleet: 7}}],
    ['a run without a report', {...runNamed('d'), report: null}],
  ])('%s is listed as damaged', async (_, stored) => {
    await set('summary d', stored, raw())
    const {run} = createLibraryStore()
    expect(await run.list()).toMatchObject({
      value: {records: [], unreadable: [{id: 'd', reason: 'it is damaged', isNewer: false}]},
    })
  })
})

describe('openStore', () => {
  test('steps aside when another tab wants to delete the database, and comes back', async () => {
    const {run} = createLibraryStore()
    await run.save(runNamed('a'), packed)
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('planner-replay')
      request.onsuccess = resolve
      request.onblocked = () => reject(new Error('blocked'))
    })
    expect(await run.list()).toEqual({ok: true, value: {records: [], unreadable: []}})
    expect((await run.save(runNamed('b'), packed)).ok).toBe(true)
  })

  test('mends a database that lost its store', async () => {
    await new Promise(resolve => {
      indexedDB.open('planner-replay').onsuccess = event => {
        ;(event.target as IDBOpenDBRequest).result.close()
        resolve(null)
      }
    })
    const store = openStore('planner-replay', 'runs')
    await set('k', 1, store)
    expect(await get('k', store)).toBe(1)
  })

  test('tries anew after a failure', async () => {
    const store = openStore('x', 'y')
    const broken = vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => {
      throw new DOMException('no', 'SecurityError')
    })
    await expect(get('k', store)).rejects.toThrow()
    broken.mockRestore()
    expect(await get('k', store)).toBeUndefined()
  })
})

describe('TraceStore', () => {
  const bytes = new TextEncoder().encode('a trace').buffer as ArrayBuffer
  const id = 'ab'.repeat(32)
  const trace = {id, name: 'Trace', origin: 'download', fileName: 'trace.jsonl'} as const

  test('gives a record to a trace that was kept before there were records', async () => {
    await set(id, bytes, createStore('planner-replay-traces', 'files'))
    const {traces} = createLibraryStore()
    await traces.adopt()
    expect(await traces.records.list()).toMatchObject({
      value: {records: [{id, sizeBytes: 7, origin: 'download'}]},
    })
    expect(await (await traces.read(id))?.text()).toBe('a trace')
  })

  test('tells when a trace was kept, and leaves its notes alone when traces are adopted', async () => {
    const {traces} = createLibraryStore()
    const heard = vi.fn()
    traces.onKept = heard
    expect(await traces.keep(trace, bytes)).toBe(null)
    expect(heard.mock.calls).toEqual([[null]])
    expect(await traces.isKept(id)).toBe(true)
    await traces.records.change(id, {notes: 'n'})
    await traces.adopt()
    expect(await traces.records.list()).toMatchObject({value: {records: [{name: 'Trace', notes: 'n'}]}})
  })

  test('keeps a trace for as long as the page where nothing can be stored, and says so', async () => {
    const refused = () => Promise.reject(new DOMException('no', 'SecurityError'))
    const traces = new TraceStore(refused, new RecentStore('recent', 2, () => refused))
    expect(await traces.read(id)).toBe(null)
    expect(await traces.keep(trace, bytes)).toMatch(/not let the page store/)
    expect(await (await traces.read(id))?.text()).toBe('a trace')
    expect(await traces.isKept(id)).toBe(false)
  })
})

describe('PointStore', () => {
  test('forgets chosen points, or all, and says how many there are', async () => {
    const points = new PointStore()
    await points.write(
      new Map([
        ['a', {x: 1}],
        ['b', {x: 2}],
        ['c', {x: 3}],
      ]),
    )
    expect((await points.use()).rows).toBe(3)
    await points.remove(['b'])
    expect([...(await points.read(['a', 'b', 'c'])).keys()]).toEqual(['a', 'c'])
    await points.clear()
    expect(await points.use()).toEqual({rows: 0, sizeBytes: 0})
  })

  test('says of every write that failed why, and finds nothing of it', async () => {
    let isFull = true
    const kept = openStore('points', 'rows')
    const points = new PointStore(() => (mode, act) => {
      if (isFull && mode === 'readwrite') return Promise.reject(new DOMException('no', 'QuotaExceededError'))
      return kept(mode, act)
    })
    expect(await points.write(new Map([['a', {x: 1}]]))).toBe(STORAGE_FULL)
    expect((await points.read(['a'])).size).toBe(0)
    isFull = false
    expect(await points.write(new Map([['b', {x: 2}]]))).toBeNull()
    expect([...(await points.read(['a', 'b'])).keys()]).toEqual(['b'])
    const refused = new PointStore(() => () => Promise.reject(new DOMException('no', 'SecurityError')))
    expect(await refused.write(new Map([['a', {x: 1}]]))).toMatch(/not let the page store/)
    expect(await refused.read(['a'])).toEqual(new Map())
    expect(await refused.use()).toEqual({rows: 0, sizeBytes: 0})
    await refused.clear()
  })
})
