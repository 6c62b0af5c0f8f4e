import {IDBFactory} from 'fake-indexeddb'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {fail, ok, type Result} from '../../../core/result.ts'
import {sha256Of} from '../../../host/sha256-of.ts'
import {createLibraryStore} from '../../../store/library-store.ts'
import {ModelStore} from '../../../store/model-store.ts'
import {PointStore} from '../../../store/point-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {SimulatorPool} from '../../../worker/pool.ts'
import type {RunOutcome, RunRequest, TraceInfo} from '../../../worker/protocol.ts'
import {AnswerState} from '../answer/answer.svelte.ts'
import {KnownPoints} from '../answer/known-points.ts'
import {BenchState} from '../bench/bench.svelte.ts'
import {SearchState} from '../search/search.svelte.ts'
import {SweepState} from '../sweep/sweep.svelte.ts'
import type {AddressBar} from './address-bar.ts'
import {Workbench} from './workbench.svelte.ts'

/** An address bar that notes what was written. */
class NotedAddress implements AddressBar {
  hash = ''
  readonly entries: string[] = []
  push(hash: string): void {
    this.entries.push(hash)
    this.hash = hash
  }
  replace(hash: string): void {
    this.hash = hash
  }
}

const outcome = {result: {engine: {endMs: 5000}, report: {duration_ms: 4000}}} as unknown as RunOutcome

function setUp(hash = '') {
  const asked: RunRequest[] = []
  let answer: (result: Result<RunOutcome>) => void = () => {}
  const client = {
    run: (request: RunRequest) => {
      asked.push(request)
      return new Promise<Result<RunOutcome>>(resolve => {
        answer = resolve
      })
    },
    listCatalogue: async () => ok([]),
    loadTrace: async ({source}: {source: TraceInfo['source']}) =>
      source.kind === 'file' && source.name === 'odd.csv'
        ? fail('no column is known')
        : ok({source, sha256: 'aa', traceSeed: null, sizeBytes: 1, statistics: STATISTICS}),
  }
  const address = new NotedAddress()
  address.hash = hash
  const stores = createLibraryStore()
  const workbench = new Workbench({
    client: client as unknown as SimulatorClient,
    sweep: new SweepState({
      pool: {} as SimulatorPool,
      store: new PointStore(),
      sizeKv: async () => fail('no GPU'),
      workers: 1,
    }),
    bench: new BenchState({} as SimulatorPool, {} as SimulatorClient),
    search: new SearchState({} as SimulatorPool, new PointStore(), {} as SimulatorClient),
    answers: new AnswerState({
      spare: {run: async () => fail('no worker')},
      known: new KnownPoints(new PointStore()),
    }),
    stores,
    models: new ModelStore(stores.inputs),
    news: null,
    address,
    deviceGib: undefined,
    fetchResultsView: () => {},
  })
  return {workbench, address, asked, finish: () => answer(ok(outcome))}
}

function bufferOf(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).buffer
}

const STATISTICS = {requests: 10, inputTokens: {mean: 100}, outputTokens: {mean: 10}, durationMs: 1000}

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => vi.unstubAllGlobals())

describe('Workbench', () => {
  test('says what is in the way of a run, and starts none before it is gone', async () => {
    const {workbench, asked} = setUp()
    workbench.open()
    expect(workbench.blocked).toBe('Loading the trace…')
    workbench.start()
    expect(asked).toEqual([])
    await workbench.followTrace()
    expect(workbench.blocked).toBeNull()
    workbench.start()
    expect(asked.map(({scenario}) => scenario)).toEqual([workbench.scenario.scenario])
  })

  test('leaves the entry of a result behind when its scenario is edited, and makes one entry for all edits', async () => {
    const {workbench, address, finish} = setUp()
    workbench.open()
    await workbench.followTrace()
    workbench.start()
    const ofResult = workbench.link.hash
    expect([address.hash, address.entries]).toEqual([ofResult, []])
    finish()
    await vi.waitFor(() => expect(workbench.run.finished).not.toBeNull())
    workbench.start()
    expect(address.entries).toEqual([])
    workbench.scenario.choosePreset('guide-disagg')
    workbench.writeAddress()
    expect(address.entries).toEqual([workbench.link.hash])
    expect(address.hash).not.toBe(ofResult)
    workbench.scenario.choosePreset('as-published')
    workbench.writeAddress()
    expect(address.entries).toHaveLength(1)
    expect(address.hash).toBe(workbench.link.hash)
  })

  test('tells a result from a scenario that was changed since', async () => {
    const {workbench, finish} = setUp()
    workbench.open()
    await workbench.followTrace()
    workbench.start()
    finish()
    await vi.waitFor(() => expect(workbench.run.finished).not.toBeNull())
    expect(workbench.isStale).toBe(false)
    workbench.scenario.choosePreset('guide-disagg')
    expect(workbench.isStale).toBe(true)
  })

  test('runs what a link asks for as soon as its trace is there, and once', async () => {
    const {workbench, asked} = setUp('#v=1&preset=as-published&run=1')
    workbench.open()
    expect(workbench.isDue).toBe(false)
    await workbench.followTrace()
    await vi.waitFor(() => expect(workbench.isDue).toBe(true))
    workbench.runWhatIsDue()
    expect([workbench.isDue, asked.length]).toEqual([false, 1])
  })

  test('takes a profile for engine timing, and other files as traces', async () => {
    const {workbench} = setUp()
    await workbench.take([new File(['x'], 'timing.npz')])
    expect([workbench.profiles.file?.name, workbench.scenario.timing]).toEqual(['timing.npz', 'profile'])
    // Kept before the next test has a storage of its own.
    await vi.waitFor(() => expect(workbench.library.inputs.entries).toHaveLength(1))
    await workbench.take([new File(['x'], 'own.jsonl')])
    expect(workbench.scenario.trace).toMatchObject({kind: 'file', name: 'own.jsonl'})
  })

  test('tells why a file was refused, also when the scenario takes up the one before it only then', async () => {
    const {workbench} = setUp()
    await workbench.take([new File(['x'], 'own.jsonl')])
    await workbench.take([new File(['x'], 'odd.csv')])
    // Of the first file; it comes when the form has settled.
    await workbench.followTrace()
    expect(workbench.trace.problem?.message).toBe('no column is known')
    expect(workbench.trace.rejected?.name).toBe('odd.csv')
  })

  test('keeps a profile, and finds the one a kept run was timed by again, whatever else has its name', async () => {
    const first = setUp().workbench
    await first.library.loaded()
    for (const text of ['old', 'new'])
      await first.library.keepProfile(
        await sha256Of(new TextEncoder().encode(text)),
        'own.npz',
        bufferOf(text),
      )
    const {workbench} = setUp()
    await workbench.library.loaded()
    expect(workbench.library.inputs.entries).toHaveLength(2)
    workbench.scenario.useProfile('own.npz')
    const {profiles, scenario} = workbench
    // By its name alone it is the newest of that name; by the checksum of a record it is that one.
    await profiles.fetch(profiles.wanted(scenario.scenario) ?? '')
    expect(await workbench.profiles.file?.text()).toBe('new')
    expect(profiles.wanted(scenario.scenario)).toBeNull()
    const old = await sha256Of(new TextEncoder().encode('old'))
    profiles.opened(scenario.scenario!, old)
    expect(profiles.wanted(scenario.scenario)).toBe(old)
    await profiles.fetch(old)
    expect([await workbench.profiles.file?.text(), profiles.wanted(scenario.scenario)]).toEqual(['old', null])
    // None that is not there is taken for it.
    profiles.opened(scenario.scenario!, 'ff'.repeat(32))
    expect([profiles.wanted(scenario.scenario), profiles.isFor(scenario.scenario)]).toEqual([null, false])
  })

  test('takes up the profile that was on the page last, not the newest of its name', async () => {
    const stored = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    })
    const first = setUp().workbench
    await first.library.loaded()
    for (const text of ['one', 'two', 'one']) {
      first.useProfile(new File([text], 'own.npz'))
      const sha256 = await sha256Of(new TextEncoder().encode(text))
      await vi.waitFor(() => expect(first.library.inputs.find(sha256)).not.toBeNull())
      await vi.waitFor(() => expect([...stored.values()]).toContain(sha256))
    }
    const {profiles, scenario, library} = setUp().workbench
    await library.loaded()
    scenario.useProfile('own.npz')
    await profiles.fetch(profiles.wanted(scenario.scenario) ?? '')
    expect(await profiles.file?.text()).toBe('one')
  })

  test('opens a point of a sweep in the Run view, with a way back', () => {
    const {workbench, address, asked} = setUp()
    workbench.goTo('sweep')
    const point = workbench.scenario.scenario!
    workbench.openPoint(point)
    expect(workbench.view.current).toBe('run')
    expect([asked.length, address.entries.length]).toEqual([1, 2])
  })
})
