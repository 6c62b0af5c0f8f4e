import {IDBFactory} from 'fake-indexeddb'
import {strToU8, zipSync} from 'fflate'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import type {SweepRow} from '../sweep/points.ts'
import {
  type ImportReport,
  type ImportTarget,
  importLibrary,
  packEvidence,
  packRows,
  uniqueName,
} from './import-library.ts'
import {inputRecord, type KeptInput} from './kept-input.ts'
import type {KeptTrace} from './kept-trace.ts'
import {type ExportedRecord, writeLibraryFile} from './library-file.ts'
import {smallOutcome} from './library-fixture.ts'
import {type LibraryRecord, RECORD_KINDS, type RecordKind} from './library-record.ts'
import {createLibraryStore, type LibraryStore} from './library-store.ts'
import versionOne from './run-version-1.json' with {type: 'json'}
import type {SavedComparison} from './saved-comparison.ts'
import {type RunSummary, summaryOf} from './saved-run.ts'
import type {SavedSearch, SearchEvidence} from './saved-search.ts'
import type {SavedSweep} from './saved-sweep.ts'
import versionOneSearch from './search-version-1.json' with {type: 'json'}

const scenario = defaultScenario()
const columns = new Uint8Array([4, 5, 6])
const traceBytes = strToU8('{"timestamp": 0}\n') as Uint8Array<ArrayBuffer>

function run(id: string, name = id): RunSummary {
  const named = {id, name, createdAtMs: 7, scenario, traceTitle: 'Short', parentId: null}
  return {...summaryOf({...named, outcome: smallOutcome()}), notes: `notes on ${id}`, sizeBytes: 3}
}

const rows = [
  {id: 'seed=1', key: 'k1', axes: {seed: 1}, repeat: 0, phase_shift_s: 0, trace_seed: null, error: 'no room'},
] satisfies readonly SweepRow[]

const sweep: SavedSweep = {
  version: 3,
  id: 's1',
  name: 'A sweep',
  notes: '',
  createdAtMs: 8,
  sizeBytes: 10,
  scenario,
  spec: {first: {key: 'seed', values: '1,2'}, second: null, repeats: {of: 'phase', count: 1}},
  traceTitle: 'Short',
  traceSha256: 'abc',
  profileSha256: null,
  pointCount: 2,
  finishedCount: 0,
  release: '0.1.0',
  question: 'q',
}

const search = {...versionOneSearch, version: 1} as unknown as SavedSearch
const evidence: SearchEvidence = {
  problem: {
    ...{base: scenario, objective: {}, space: {}, budget: 40, phases: 5, seed: 0, windows: [], prices: {}},
  } as unknown as SearchEvidence['problem'],
  results: [['today@0', fail('no room')]],
  why: null,
}

const comparison: SavedComparison = {
  version: 1,
  id: 'c1',
  name: 'A comparison',
  notes: 'why',
  createdAtMs: 9,
  sizeBytes: 5,
  runs: [{id: 'r1', name: 'r1', link: 'preset=guide-agg'}],
}

const profileBytes = new Uint8Array([7, 8, 9])

async function keptProfile(): Promise<KeptInput> {
  const id = await sha256Of(profileBytes)
  return {...inputRecord({id, what: 'profile', fileName: 'own.npz', sizeBytes: 3}), createdAtMs: 2}
}

async function keptTrace(): Promise<KeptTrace> {
  const id = await sha256Of(traceBytes)
  return {
    version: 1,
    id,
    name: 'mine',
    notes: '',
    createdAtMs: 1,
    sizeBytes: 17,
    origin: 'file',
    fileName: 'm.jsonl',
  }
}

async function bytesOf(records: readonly ExportedRecord[]): Promise<Uint8Array<ArrayBuffer>> {
  async function* each(): AsyncGenerator<ExportedRecord> {
    yield* records
  }
  return new Uint8Array(await (await writeLibraryFile(each(), 0)).arrayBuffer())
}

async function everyKind(): Promise<Uint8Array<ArrayBuffer>> {
  return bytesOf([
    {kind: 'run', about: run('r1'), body: columns},
    {kind: 'run', about: run('r2'), body: columns},
    {kind: 'sweep', about: sweep, body: packRows(rows)},
    {kind: 'search', about: search, body: packEvidence(evidence)},
    {kind: 'comparison', about: comparison, body: null},
    {kind: 'trace', about: await keptTrace(), body: traceBytes},
    {kind: 'input', about: await keptProfile(), body: profileBytes},
  ])
}

/** A library of a browser, behind the import. */
async function targetOf(stores: LibraryStore): Promise<ImportTarget> {
  const storeOf = (kind: RecordKind) =>
    kind === 'trace' ? stores.traces.records : kind === 'input' ? stores.inputs : stores[kind]
  const listed = new Map<RecordKind, readonly LibraryRecord[]>()
  for (const kind of RECORD_KINDS) {
    const list: Result<{records: readonly LibraryRecord[]}> = await storeOf(kind).list()
    listed.set(kind, list.ok ? list.value.records : [])
  }
  return {
    nameOf: (kind, id) => listed.get(kind)!.find(record => record.id === id)?.name ?? null,
    takenNames: kind => new Set(listed.get(kind)!.map(({name}) => name)),
    checkRun: async packed => (packed[0] === 4 ? null : 'the saved columns are damaged'),
    save: (kind, about, body) => storeOf(kind).save(about as never, body as never),
  }
}

async function importInto(
  stores: LibraryStore,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<ImportReport>> {
  return importLibrary(bytes, 'lib.zip', await targetOf(stores))
}

async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const save = vi.fn(async () => ok(undefined))
  const target = {...(await targetOf(createLibraryStore())), save}
  const result = await importLibrary(bytes, 'lib.zip', target)
  expect(save).not.toHaveBeenCalled()
  return result.ok ? 'it was taken in' : result.error.message
}

/** A ZIP with another manifest, and what else is given. */
function zipWith(manifest: unknown, parts: Record<string, Uint8Array> = {}): Uint8Array<ArrayBuffer> {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  return zipSync({'manifest.json': strToU8(text), ...parts}) as Uint8Array<ArrayBuffer>
}

async function zipOf(
  kind: string,
  about: unknown,
  body: Uint8Array<ArrayBuffer> | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const {id, name} = about as {id: string; name: string}
  const part = async (path: string, bytes: Uint8Array<ArrayBuffer>) => ({
    path,
    bytes: bytes.length,
    sha256: await sha256Of(bytes),
  })
  const json = strToU8(JSON.stringify(about)) as Uint8Array<ArrayBuffer>
  const record = {
    kind,
    id,
    name,
    about: await part('about', json),
    body: body === null ? null : await part('body', body),
  }
  return zipWith(
    {format: 'planner-replay-library', version: 1, made_by: 'x', created_at: '', records: [record]},
    {about: json, ...(body === null ? {} : {body})},
  )
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a library file', () => {
  test('brings every kind of record into an empty browser, the same as it was', async () => {
    const stores = createLibraryStore()
    const imported = await importInto(stores, await everyKind())
    expect(imported).toMatchObject({value: {skipped: [], refused: []}})
    expect(imported.ok && imported.value.imported.map(({kind}) => kind)).toEqual([
      'run',
      'run',
      'sweep',
      'search',
      'comparison',
      'trace',
      'input',
    ])
    expect(await stores.run.list()).toMatchObject({value: {records: [run('r1'), run('r2')], unreadable: []}})
    expect(await stores.run.body('r2')).toEqual({ok: true, value: columns})
    expect(await stores.sweep.list()).toMatchObject({value: {records: [sweep]}})
    expect(await stores.sweep.body('s1')).toEqual({ok: true, value: rows})
    expect(await stores.search.list()).toMatchObject({value: {records: [search]}})
    expect(await stores.search.body('q1')).toEqual({ok: true, value: evidence})
    expect(await stores.comparison.list()).toMatchObject({value: {records: [comparison]}})
    const trace = await keptTrace()
    expect(await stores.traces.records.list()).toMatchObject({value: {records: [trace]}})
    const profile = await keptProfile()
    expect(await stores.inputs.list()).toMatchObject({value: {records: [profile]}})
    const body = await stores.inputs.body(profile.id)
    expect(body.ok && new Uint8Array(body.value)).toEqual(profileBytes)
    expect(await (await stores.traces.read(trace.id))?.text()).toBe('{"timestamp": 0}\n')
  })

  test('is not taken in twice, and does not touch what was changed here since', async () => {
    const stores = createLibraryStore()
    const bytes = await everyKind()
    await importInto(stores, bytes)
    await stores.run.change('r1', {name: 'mine now'})
    const again = await importInto(stores, bytes)
    expect(again).toMatchObject({value: {imported: [], refused: []}})
    expect(again.ok && again.value.skipped.map(({note}) => note)).toEqual([
      'already here as ‘mine now’',
      'already here',
      'already here',
      'already here',
      'already here',
      'already here',
      'already here',
    ])
    expect(await stores.run.list()).toMatchObject({value: {records: [{name: 'mine now'}, {name: 'r2'}]}})
  })

  test('gives another record of a taken name a number', async () => {
    const stores = createLibraryStore()
    await stores.run.save(run('other', 'r1'), columns)
    const imported = await importInto(stores, await everyKind())
    expect(imported.ok && imported.value.imported[0]).toEqual({
      kind: 'run',
      name: 'r1',
      note: 'as ‘r1 (2)’, since the name was taken',
    })
  })

  test('brings runs of the first release up to date', async () => {
    const stores = createLibraryStore()
    await importInto(stores, await zipOf('run', versionOne, columns))
    expect(await stores.run.list()).toMatchObject({
      value: {records: [{id: versionOne.id, version: 3, notes: '', report: versionOne.report}]},
    })
  })

  test('leaves one damaged record out and takes the rest, and says which', async () => {
    const bytes = await everyKind()
    // The first of two equal runs of bytes is the first run's columns.
    const at = bytes.findIndex((_, i) => columns.every((byte, j) => bytes[i + j] === byte))
    bytes[at + 1] = 99
    const stores = createLibraryStore()
    const imported = await importInto(stores, bytes)
    expect(imported).toMatchObject({
      value: {
        refused: [{kind: 'run', name: 'r1', note: 'run/r1.columns is damaged: its checksum is another'}],
      },
    })
    expect(imported.ok && imported.value.imported).toHaveLength(6)
    expect(await stores.run.list()).toMatchObject({value: {records: [{id: 'r2'}]}})
    expect((await stores.run.body('r1')).ok).toBe(false)
  })
})

describe('a file that is wrong as a whole changes nothing and says what it is', () => {
  test.each([
    ['empty', new Uint8Array(), 'lib.zip is empty'],
    ['text', strToU8('{"hello": 1}'), 'lib.zip is not a Planner Replay library: it is not a ZIP file'],
    ['another ZIP', zipSync({'a.txt': strToU8('a')}), 'it has no manifest.json'],
    ['no JSON inside', zipWith('{'), 'its manifest.json cannot be read'],
    ['of somebody else', zipWith({format: 'other'}), 'says nothing of one'],
    ['without a version', zipWith({format: 'planner-replay-library'}), 'has no version'],
    [
      'of a newer page',
      zipWith({format: 'planner-replay-library', version: 2, records: []}),
      'a newer version of Planner Replay (format 2, this page reads 1): update the page',
    ],
    [
      'with a list of anything',
      zipWith({format: 'planner-replay-library', version: 1, records: [{kind: 'run'}]}),
      'no proper list of records',
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes as Uint8Array<ArrayBuffer>)).toContain(message)
  })

  test('cut short, wherever', async () => {
    const bytes = await everyKind()
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const cut = bytes.slice(0, Math.floor(bytes.length * share))
      expect(await refusal(cut)).toBe('lib.zip is damaged or cut short: its list of contents cannot be read')
    }
  })

  test('whatever byte of it is wrong, it never throws, and takes in nothing that is damaged', async () => {
    const whole = await bytesOf([{kind: 'run', about: run('r1'), body: columns}])
    const seen = new Set<boolean>()
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = whole.slice()
      bytes[at] = bytes[at]! ^ 0x55
      const saved: unknown[] = []
      const save = async (_: RecordKind, about: LibraryRecord, body: unknown) => {
        saved.push([about, body])
        return ok(undefined)
      }
      const result = await importLibrary(bytes, 'lib.zip', {...(await targetOf(createLibraryStore())), save})
      seen.add(result.ok)
      if (saved.length > 0) expect(saved).toEqual([[run('r1'), columns]])
    }
    expect(seen).toEqual(new Set([true, false]))
  })
})

describe('a record is refused by name if', () => {
  test.each<[string, () => Promise<Uint8Array<ArrayBuffer>>, string]>([
    ['a newer page wrote it', () => zipOf('run', {...run('n'), version: 99}, columns), 'newer version'],
    ['it is half a record', () => zipOf('run', {id: 'n', name: 'n', version: 2}, columns), 'it is damaged'],
    ['it has no body', () => zipOf('run', run('n'), null), 'its contents are missing'],
    ['its columns do not open', () => zipOf('run', run('n'), traceBytes), 'the saved columns are damaged'],
    ['its rows are no rows', () => zipOf('sweep', sweep, strToU8('{"a": 1}') as never), 'rows are damaged'],
    ['its rows are no JSON', () => zipOf('sweep', sweep, strToU8('{') as never), 'rows are damaged'],
    ['its kind is not known', () => zipOf('dashboard', run('n'), null), 'no records of kind dashboard'],
    [
      'the trace is another',
      async () => zipOf('trace', {...(await keptTrace()), id: 'ab'.repeat(32)}, traceBytes),
      'not the file it says to be',
    ],
  ])('%s', async (_, make, message) => {
    const imported = await importInto(createLibraryStore(), await make())
    expect(imported).toMatchObject({
      value: {imported: [], skipped: [], refused: [{note: expect.stringContaining(message)}]},
    })
  })

  test('the storage refuses it', async () => {
    const full = async () => ({ok: false, error: {message: 'full'}}) as const
    const target = {...(await targetOf(createLibraryStore())), save: full}
    const imported = await importLibrary(await everyKind(), 'lib.zip', target)
    expect(imported.ok && imported.value.refused.map(({note}) => note)).toEqual(Array(7).fill('full'))
  })
})

test('uniqueName finds the first free number', () => {
  expect(uniqueName('a', new Set())).toBe('a')
  expect(uniqueName('a', new Set(['a', 'a (2)']))).toBe('a (3)')
})
