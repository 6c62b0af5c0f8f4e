import {createStore, delMany, get, getMany, keys, set, setMany, type UseStore} from 'idb-keyval'
import {fail, ok, type Result} from '../core/result.ts'
import {readSummary} from './migrations.ts'
import type {RunSummary} from './saved-run.ts'
import {storageProblem} from './storage-problem.ts'

export type PackedRun = Uint8Array<ArrayBuffer>

export interface StoredRuns {
  readonly runs: readonly RunSummary[]
  /** One sentence for each run that cannot be read; it stays where it is, for a build that can. */
  readonly problems: readonly string[]
}

export interface StorageUse {
  readonly usedBytes: number
  readonly quotaBytes: number
}

const INDEX = 'summary '
const PACKED = 'packed '

const GONE = 'The run is not in this browser’s storage any more.'

/**
 * Saved runs in IndexedDB. A run is two values, its summary and its packed columns, so that listing a hundred runs
 * reads none of their columns; both are written and deleted in one transaction. No method throws.
 */
export class RunStore {
  readonly #store: UseStore

  constructor(store: UseStore = createStore('planner-replay', 'runs')) {
    this.#store = store
  }

  list(): Promise<Result<StoredRuns>> {
    return guarded(async () => {
      const all = await keys<string>(this.#store)
      const stored = await getMany(
        all.filter(key => key.startsWith(INDEX)),
        this.#store,
      )
      const read = stored.map(readSummary)
      const runs = read.flatMap(result => (result.ok ? [result.value] : []))
      return {
        runs: runs.sort((a, b) => b.createdAtMs - a.createdAtMs),
        problems: read.flatMap(result => (result.ok ? [] : [result.error.message])),
      }
    })
  }

  save(summary: RunSummary, packed: PackedRun): Promise<Result<void>> {
    const entries: [string, unknown][] = [
      [INDEX + summary.id, summary],
      [PACKED + summary.id, packed],
    ]
    return guarded(() => setMany(entries, this.#store))
  }

  async open(id: string): Promise<Result<PackedRun>> {
    const read = await guarded(() => get<PackedRun>(PACKED + id, this.#store))
    if (!read.ok) return read
    return read.value === undefined ? fail(GONE) : ok(read.value)
  }

  async rename(id: string, name: string): Promise<Result<void>> {
    const read = await guarded(() => get<object>(INDEX + id, this.#store))
    if (!read.ok) return read
    const summary = read.value
    return summary === undefined
      ? fail(GONE)
      : guarded(() => set(INDEX + id, {...summary, name}, this.#store))
  }

  remove(id: string): Promise<Result<void>> {
    return guarded(() => delMany([INDEX + id, PACKED + id], this.#store))
  }

  /** What the browser counts for this site as a whole; null where it does not say. */
  async use(): Promise<StorageUse | null> {
    try {
      const {usage, quota} = await navigator.storage.estimate()
      return usage === undefined || quota === undefined ? null : {usedBytes: usage, quotaBytes: quota}
    } catch {
      return null
    }
  }
}

async function guarded<T>(act: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await act())
  } catch (error) {
    return fail(storageProblem(error))
  }
}
