import {VERSION} from '../../../config/link/version.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {isEqual} from '../../../core/is-equal.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Result} from '../../../core/result.ts'
import {inputRecord, type KeptInput} from '../../../store/kept-input.ts'
import type {KeptTrace} from '../../../store/kept-trace.ts'
import type {LibraryNews} from '../../../store/library-news.ts'
import {
  jsonBytes,
  type LibraryRecord,
  newRecordId,
  type RecordEdits,
  type RecordKind,
} from '../../../store/library-record.ts'
import type {LibraryStore} from '../../../store/library-store.ts'
import type {UnreadableRecord} from '../../../store/record-store.ts'
import type {ComparedMember, SavedComparison} from '../../../store/saved-comparison.ts'
import {
  isSavedOutcome,
  type PackedRun,
  type RunSummary,
  savedOutcome,
  summaryOf,
} from '../../../store/saved-run.ts'
import type {SavedSearch, SearchEvidence} from '../../../store/saved-search.ts'
import {readRows, type SavedRows, type SavedSweep, SWEEP_VERSION} from '../../../store/saved-sweep.ts'
import {STORAGE_FULL} from '../../../store/storage-problem.ts'
import {askToPersist, readPersisted, readRoom, type StorageRoom} from '../../../store/storage-room.ts'
import {type FinishedRun, finishedRun} from '../run/run.svelte.ts'
import {nameOfRun} from '../scenario/run-names.ts'
import {closestRun} from './ancestry.ts'
import {RunReader} from './run-reader.ts'
import {Shelf, type ShelfEntry} from './shelf.svelte.ts'

export type LibraryEntry = ShelfEntry<RunSummary>

/** Packs and unpacks off the page's thread. */
export interface RunPacker {
  pack(value: unknown): Promise<PackedRun>
  unpack(packed: PackedRun): Promise<Result<unknown>>
}

/** A sweep as it is kept, before it has an id and a name of its own. */
export type NewSweep = Omit<SavedSweep, 'version' | 'id' | 'notes' | 'createdAtMs' | 'sizeBytes'>

/** Opened runs kept at hand; each holds the columns of every request. As many as can be compared, and one more. */
const MAX_OPEN = 7

/** Packed: an hour's run has one million. */
const MAX_AHEAD_BYTES = 16_000_000

/** Of so many earlier runs a new one is held against the closest. */
const LATEST = 10

/** What is kept: finished runs, sweeps, searches, comparisons, traces, profiles and models in the browser's storage, the same in every tab. */
export class LibraryState {
  /** Why something is not stored, or cannot be read. */
  problem: string | null = $state.raw(null)
  room: StorageRoom | null = $state.raw(null)
  /** Whether the browser promised to keep it all; null = it does not say. */
  isPersisted: boolean | null = $state.raw(null)
  isLoaded = $state(false)
  /** The run the scenario in the form was taken from; null = typed, or from a link. */
  parentId: string | null = null
  readonly runs: Shelf<RunSummary, PackedRun>
  readonly sweeps: Shelf<SavedSweep, SavedRows>
  readonly searches: Shelf<SavedSearch, SearchEvidence>
  readonly comparisons: Shelf<SavedComparison, null>
  readonly traces: Shelf<KeptTrace, ArrayBuffer>
  readonly inputs: Shelf<KeptInput, ArrayBuffer>
  /** Told when a profile or model was taken in or deleted. */
  onInputs: () => void = () => {}
  readonly #stores: LibraryStore
  readonly #packer: RunPacker
  readonly #reader: RunReader
  /** Least recently used first; a run that is not stored is never dropped. */
  readonly #opened = new Map<string, FinishedRun>()
  readonly #ids = new WeakMap<FinishedRun, string>()
  #loading: Promise<void> | null = null

  constructor(stores: LibraryStore, packer: RunPacker, news: LibraryNews | null = null) {
    this.#stores = stores
    this.#packer = packer
    const host = {
      complain: (message: string) => {
        this.problem = message
      },
      changed: () => news?.tell(),
    }
    this.runs = new Shelf(stores.run, host)
    this.#reader = new RunReader({body: id => this.runs.body(id), unpack: packed => packer.unpack(packed)})
    this.sweeps = new Shelf(stores.sweep, host)
    this.searches = new Shelf(stores.search, host)
    this.comparisons = new Shelf(stores.comparison, host)
    this.traces = new Shelf(stores.traces.records, host)
    this.inputs = new Shelf(stores.inputs, {
      ...host,
      changed: () => {
        host.changed()
        this.onInputs()
      },
    })
    stores.traces.onKept = problem => {
      if (problem !== null) {
        this.problem = problem
        return
      }
      news?.tell()
      void this.traces.load()
    }
    news?.listen(() => void this.load())
  }

  /** The runs. */
  get entries(): readonly LibraryEntry[] {
    return this.runs.entries
  }

  get isFull(): boolean {
    return this.problem === STORAGE_FULL
  }

  get unreadable(): readonly (UnreadableRecord & {readonly kind: RecordKind})[] {
    return this.shelves.flatMap(shelf => shelf.unreadable.map(record => ({...record, kind: shelf.kind})))
  }

  get shelves() {
    return [this.runs, this.sweeps, this.searches, this.comparisons, this.traces, this.inputs] as const
  }

  shelf(kind: RecordKind): LibraryState['shelves'][number] {
    return this.shelves.find(candidate => candidate.kind === kind)!
  }

  /** Once it was read for the first time. */
  loaded(): Promise<void> {
    this.#loading ??= this.load()
    return this.#loading
  }

  async load(): Promise<void> {
    await this.#stores.traces.adopt()
    // One after the other: a browser that refuses does so once for all.
    for (const shelf of this.shelves) if (!(await shelf.load())) break
    this.isLoaded = true
    this.isPersisted = await readPersisted()
    await this.measure()
  }

  async measure(): Promise<void> {
    this.room = await readRoom()
  }

  askToPersist = async (): Promise<void> => {
    this.isPersisted = await askToPersist()
  }

  /** Adds a finished run, at once in the list and as soon as it is packed in the storage. */
  keep(run: FinishedRun, traceTitle: string, profileSha256: string | null = null): string {
    const known = this.#ids.get(run)
    if (known !== undefined) return known
    const {scenario, outcome} = run
    const same = this.#sameAs(run)
    if (same !== null) {
      this.#remember(same.id, run)
      this.parentId = null
      return same.id
    }
    const id = newRecordId()
    const parentId = closestRun(scenario, this.#candidates())?.id ?? null
    const named = {id, name: nameOfRun(scenario), createdAtMs: Date.now(), traceTitle, parentId}
    const summary = summaryOf({...named, scenario, outcome, profileSha256})
    this.runs.show(summary)
    this.#remember(id, run)
    this.parentId = null
    void this.#store(id, run)
    return id
  }

  /** The latest run of this very scenario under this release, whose result a run now would have; null = none is kept. */
  runOf(scenario: Scenario): RunSummary | null {
    const isSame = ({scenario: other, report}: RunSummary) =>
      report.planner_replay.version === VERSION && isEqual(other, scenario)
    return this.entries.find(({summary}) => isSame(summary))?.summary ?? null
  }

  /** The record that a run would only repeat: of the same scenario, with the same result to the last bit. */
  #sameAs({scenario, outcome}: FinishedRun): RunSummary | null {
    const {result_sha256} = outcome.result.report.planner_replay
    if (result_sha256 === undefined) return null
    const isSame = ({scenario: other, report}: RunSummary) =>
      report.planner_replay.result_sha256 === result_sha256 && isEqual(other, scenario)
    return this.entries.find(({summary}) => isSame(summary))?.summary ?? null
  }

  /** Runs the next one may have come of: the one it was taken from before the latest. */
  #candidates(): readonly RunSummary[] {
    const latest = this.entries.slice(0, LATEST).map(({summary}) => summary)
    const taken = this.parentId === null ? null : this.summary(this.parentId)
    return taken === null ? latest : [taken, ...latest]
  }

  /** Stores a run again that was deleted while it was on screen. */
  keepAgain(run: FinishedRun, traceTitle: string): void {
    this.#ids.delete(run)
    this.keep(run, traceTitle)
  }

  /** Whether a run was kept once and is not any more. */
  isGone(run: FinishedRun): boolean {
    const id = this.#ids.get(run)
    return this.isLoaded && id !== undefined && this.summary(id) === null
  }

  /** A run with all its columns, or null with the reason in `problem`. */
  async open(id: string): Promise<FinishedRun | null> {
    const known = this.#opened.get(id)
    if (known !== undefined) {
      this.#remember(id, known)
      return known
    }
    const scenario: Scenario | undefined = this.summary(id)?.scenario
    const read = await this.#reader.read(id)
    if (scenario === undefined || !read.ok) {
      this.problem = `The run could not be opened: ${read.ok ? 'it is damaged.' : read.error.message}`
      await this.runs.load()
      return null
    }
    const run = finishedRun(scenario, read.value)
    this.#remember(id, run)
    return run
  }

  /** Begins to read a run that is likely to be opened next. A week's would take the worker for too long. */
  prepare = (id: string): void => {
    const isSmall = (this.summary(id)?.sizeBytes ?? 0) < MAX_AHEAD_BYTES
    if (isSmall && !this.#opened.has(id)) this.#reader.prepare(id)
  }

  async edit(kind: RecordKind, id: string, edits: RecordEdits): Promise<void> {
    await this.shelf(kind).edit(id, edits)
  }

  async remove(kind: RecordKind, ids: readonly string[]): Promise<boolean> {
    const isGone = await this.shelf(kind).remove(ids)
    if (isGone && kind === 'run') for (const id of ids) this.#opened.delete(id)
    if (isGone) await this.storeAgain()
    await this.measure()
    return isGone
  }

  summary(id: string): RunSummary | null {
    return this.runs.find(id)
  }

  idOf(run: FinishedRun): string | null {
    return this.#ids.get(run) ?? null
  }

  /** A run's body as it is, or would be, stored. */
  async packed(id: string): Promise<Result<PackedRun>> {
    const entry = this.entries.find(({summary}) => summary.id === id)
    const run = this.#opened.get(id)
    if (entry?.isStored === false && run !== undefined) return this.#pack(run)
    return this.runs.body(id)
  }

  /** Why a packed run would not open; null = it would. */
  async checkPacked(packed: PackedRun): Promise<string | null> {
    const unpacked = await this.#reader.unpack(packed)
    if (!unpacked.ok) return unpacked.error.message
    return isSavedOutcome(unpacked.value) ? null : 'its columns are not those of a run'
  }

  /** Keeps what a sweep has finished: the sweep that asked the same gets the new rows, else there is a new one. */
  async keepSweep(sweep: NewSweep, rows: SavedRows): Promise<void> {
    const same = this.sweeps.entries.find(({summary}) => summary.question === sweep.question)?.summary
    if (same !== undefined && same.finishedCount === sweep.finishedCount && same.release === sweep.release)
      return
    const sizeBytes = jsonBytes(sweep) + jsonBytes(rows)
    if (same === undefined) {
      const id = newRecordId()
      this.sweeps.show({
        ...sweep,
        version: SWEEP_VERSION,
        id,
        notes: '',
        createdAtMs: Date.now(),
        sizeBytes: 0,
      })
      await this.sweeps.write(id, rows, sizeBytes)
    } else {
      const {finishedCount, pointCount, release} = sweep
      await this.sweeps.change(same.id, {finishedCount, pointCount, release, sizeBytes}, rows)
    }
    await this.measure()
  }

  /** Takes the rows out of a sweep: its question stays, to be run anew. */
  async emptySweep(id: string): Promise<void> {
    const summary = this.sweeps.find(id)
    if (summary === null) return
    const emptied = await this.sweeps.change(id, {finishedCount: 0, sizeBytes: jsonBytes(summary)}, [])
    if (emptied) await this.storeAgain()
    await this.measure()
  }

  /** The rows of a kept sweep; null with the reason in `problem`. */
  async openSweep(id: string): Promise<SavedRows | null> {
    const read = await this.sweeps.body(id)
    if (read.ok) return readRows(read.value)
    this.problem = `The sweep could not be opened: ${read.error.message}`
    await this.sweeps.load()
    return null
  }

  async keepComparison(name: string, runs: readonly ComparedMember[]): Promise<void> {
    const id = newRecordId()
    const sizeBytes = jsonBytes(runs)
    this.comparisons.show({version: 1, id, name, notes: '', createdAtMs: Date.now(), sizeBytes, runs})
    await this.comparisons.write(id, null, sizeBytes)
  }

  /** Keeps a profile by its checksum, so that scenarios that name it find it again. */
  async keepProfile(id: string, fileName: string, body: ArrayBuffer): Promise<void> {
    if (this.inputs.find(id) !== null) return
    const added = await this.inputs.add(
      inputRecord({id, what: 'profile', fileName, sizeBytes: body.byteLength}),
      body,
    )
    if (!added.ok) this.problem = added.error.message
  }

  /** Adds a whole record that was made elsewhere. */
  async add(kind: RecordKind, about: LibraryRecord, body: unknown): Promise<Result<void>> {
    return (this.shelf(kind) as Shelf<LibraryRecord, unknown>).add(about, body)
  }

  dismiss = (): void => {
    this.problem = null
  }

  /** There may be room now for what was refused before. */
  async storeAgain(): Promise<void> {
    if (this.isFull) this.problem = null
    for (const shelf of [this.sweeps, this.searches, this.comparisons])
      if (!(await shelf.writeAgain())) return
    for (const {summary, isStored} of this.entries) {
      const run = this.#opened.get(summary.id)
      if (!isStored && run !== undefined && !(await this.#store(summary.id, run))) return
    }
  }

  /** @returns whether it is stored now */
  async #store(id: string, run: FinishedRun): Promise<boolean> {
    const packed = await this.#pack(run)
    if (!packed.ok) {
      this.problem = packed.error.message
      return false
    }
    // It may have been renamed, or deleted, while it was being packed.
    const summary = this.summary(id)
    if (summary === null) return true
    const saved = await this.runs.write(id, packed.value, packed.value.byteLength + jsonBytes(summary))
    await this.measure()
    return saved.ok
  }

  async #pack({outcome}: FinishedRun): Promise<Result<PackedRun>> {
    try {
      return {ok: true, value: await this.#packer.pack(savedOutcome(outcome))}
    } catch (error) {
      return {ok: false, error: {message: `The run was not stored: ${messageOf(error)}`}}
    }
  }

  #remember(id: string, run: FinishedRun): void {
    this.#ids.set(run, id)
    this.#opened.delete(id)
    this.#opened.set(id, run)
    const stored = new Set(this.entries.filter(({isStored}) => isStored).map(({summary}) => summary.id))
    for (const old of this.#opened.keys()) {
      if (this.#opened.size <= MAX_OPEN) return
      if (stored.has(old)) this.#opened.delete(old)
    }
  }
}
