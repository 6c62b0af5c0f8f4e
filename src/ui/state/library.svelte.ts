import type {Result} from '../../core/result.ts'
import type {PackedRun, RunStore, StorageUse} from '../../store/run-store.ts'
import {
  type RunSummary,
  restoredOutcome,
  type SavedOutcome,
  savedOutcome,
  summaryOf,
} from '../../store/saved-run.ts'
import {nameOfRun} from '../library/run-names.ts'
import {type FinishedRun, finishedRun} from './run.svelte.ts'

/** A run in the list: one that could not be stored lasts as long as the page. */
export interface LibraryEntry {
  readonly summary: RunSummary
  readonly isStored: boolean
}

/** Packs and unpacks off the page's thread. */
export interface RunPacker {
  pack(value: unknown): Promise<PackedRun>
  unpack(packed: PackedRun): Promise<Result<unknown>>
}

/** Opened runs kept at hand; each holds the columns of every request. As many as can be compared, and one more. */
const MAX_OPEN = 7

/** All finished runs: kept in the browser's storage, listed, opened, renamed, deleted. */
export class LibraryState {
  entries: readonly LibraryEntry[] = $state.raw([])
  /** Why runs are not stored, or a saved one cannot be read. */
  problem: string | null = $state.raw(null)
  use: StorageUse | null = $state.raw(null)
  isLoaded = $state(false)
  readonly #store: RunStore
  readonly #packer: RunPacker
  /** Least recently used first; a run that is not stored is never dropped. */
  readonly #opened = new Map<string, FinishedRun>()
  readonly #ids = new WeakMap<FinishedRun, string>()

  constructor(store: RunStore, packer: RunPacker) {
    this.#store = store
    this.#packer = packer
  }

  async load(): Promise<void> {
    const listed = await this.#store.list()
    if (listed.ok) {
      const unstored = this.entries.filter(entry => !entry.isStored)
      const stored = listed.value.runs.map(summary => ({summary, isStored: true}))
      this.entries = [...unstored, ...stored]
      this.problem = listed.value.problems[0] ?? null
    } else this.problem = listed.error.message
    this.isLoaded = true
    this.use = await this.#store.use()
  }

  /** Adds a finished run, at once in the list and as soon as it is packed in the storage. */
  keep(run: FinishedRun, traceTitle: string): string {
    const known = this.#ids.get(run)
    if (known !== undefined) return known
    const {scenario, outcome} = run
    const id = newId()
    const name = nameOfRun(scenario)
    const summary = summaryOf({id, name, createdAtMs: Date.now(), scenario, outcome, traceTitle})
    this.#remember(id, run)
    this.entries = [{summary, isStored: false}, ...this.entries]
    void this.#save(summary, run)
    return id
  }

  /** A run with all its columns, or null with the reason in `problem`. */
  async open(id: string): Promise<FinishedRun | null> {
    const known = this.#opened.get(id)
    if (known !== undefined) {
      this.#remember(id, known)
      return known
    }
    const read = await this.#store.open(id)
    const unpacked = read.ok ? await this.#unpack(read.value) : read
    if (!unpacked.ok) {
      this.problem = unpacked.error.message
      return null
    }
    const scenario = this.summary(id)?.scenario
    if (scenario === undefined) return null
    const run = finishedRun(scenario, restoredOutcome(unpacked.value as SavedOutcome))
    this.#remember(id, run)
    return run
  }

  async rename(id: string, name: string): Promise<void> {
    const wanted = name.trim().slice(0, 200)
    const entry = this.entries.find(({summary}) => summary.id === id)
    if (entry === undefined || wanted === '' || wanted === entry.summary.name) return
    this.#replace({...entry, summary: {...entry.summary, name: wanted}})
    if (!entry.isStored) return
    const renamed = await this.#store.rename(id, wanted)
    if (!renamed.ok) this.problem = renamed.error.message
  }

  async remove(id: string): Promise<void> {
    const removed = await this.#store.remove(id)
    const isStored = this.entries.some(entry => entry.summary.id === id && entry.isStored)
    if (!removed.ok && isStored) {
      this.problem = removed.error.message
      return
    }
    this.#opened.delete(id)
    this.entries = this.entries.filter(({summary}) => summary.id !== id)
    this.use = await this.#store.use()
  }

  summary(id: string): RunSummary | null {
    return this.entries.find(({summary}) => summary.id === id)?.summary ?? null
  }

  idOf(run: FinishedRun): string | null {
    return this.#ids.get(run) ?? null
  }

  dismiss = (): void => {
    this.problem = null
  }

  async #save(summary: RunSummary, run: FinishedRun): Promise<void> {
    const packed = await this.#pack(run)
    if (!packed.ok) {
      this.problem = packed.error.message
      return
    }
    // It may have been renamed, or deleted, while it was being packed.
    const entry = this.entries.find(candidate => candidate.summary.id === summary.id)
    if (entry === undefined) return
    const whole = {...entry.summary, sizeBytes: packed.value.byteLength}
    const saved = await this.#store.save($state.snapshot(whole) as RunSummary, packed.value)
    if (saved.ok) this.#replace({summary: whole, isStored: true})
    else this.problem = saved.error.message
    this.use = await this.#store.use()
  }

  async #pack({outcome}: FinishedRun): Promise<Result<PackedRun>> {
    try {
      return {ok: true, value: await this.#packer.pack(savedOutcome(outcome))}
    } catch (error) {
      return {ok: false, error: {message: `The run was not stored: ${messageOf(error)}`}}
    }
  }

  async #unpack(packed: PackedRun): Promise<Result<unknown>> {
    try {
      return await this.#packer.unpack(packed)
    } catch (error) {
      return {ok: false, error: {message: `The saved run could not be opened: ${messageOf(error)}`}}
    }
  }

  #replace(entry: LibraryEntry): void {
    this.entries = this.entries.map(old => (old.summary.id === entry.summary.id ? entry : old))
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

/** `crypto.randomUUID` is not there on a plain-http address; this is. */
function newId(): string {
  const random = crypto.getRandomValues(new Uint32Array(2))
  return `${Date.now().toString(36)}-${Array.from(random, part => part.toString(36)).join('')}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
