import {delMany, entries, getMany, keys, setMany, type UseStore} from 'idb-keyval'
import {jsonBytes} from './library-record.ts'
import {openStore} from './open-store.ts'
import {storageProblem} from './storage-problem.ts'

const ROW = 'sweep-row '

export interface PointStoreUse {
  readonly rows: number
  readonly sizeBytes: number
}

/**
 * Rows of finished sweep points by point key (config + trace + release), so that a repeat is instant. A cache: where
 * the browser refuses to store, nothing is found, and `problem` says why. Only its user empties it.
 */
export class PointStore {
  /** Why rows are not kept beyond this page; null = they are. */
  problem: string | null = null
  readonly #open: () => UseStore
  #store: UseStore | null = null

  constructor(open = () => openStore('planner-replay-sweeps', 'rows')) {
    this.#open = open
  }

  /** The rows there are, by point key; what they hold is for the caller to check. */
  async read(pointKeys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    return this.#guarded(new Map<string, unknown>(), async store => {
      const rows = await getMany<unknown>(
        pointKeys.map(key => ROW + key),
        store,
      )
      return new Map(pointKeys.flatMap((key, i) => (rows[i] === undefined ? [] : [[key, rows[i]] as const])))
    })
  }

  async write(rows: ReadonlyMap<string, unknown>): Promise<void> {
    if (rows.size === 0) return
    await this.#guarded(undefined, store =>
      setMany(
        [...rows].map(([key, row]) => [ROW + key, row]),
        store,
      ),
    )
  }

  async remove(pointKeys: readonly string[]): Promise<void> {
    await this.#guarded(undefined, store =>
      delMany(
        pointKeys.map(key => ROW + key),
        store,
      ),
    )
  }

  async clear(): Promise<void> {
    await this.#guarded(undefined, async store => delMany(await keys(store), store))
  }

  async use(): Promise<PointStoreUse> {
    return this.#guarded({rows: 0, sizeBytes: 0}, async store => {
      const all = await entries<string, unknown>(store)
      return {rows: all.length, sizeBytes: all.reduce((sum, entry) => sum + jsonBytes(entry), 0)}
    })
  }

  async #guarded<T>(fallback: T, act: (store: UseStore) => Promise<T>): Promise<T> {
    try {
      this.#store ??= this.#open()
      const value = await act(this.#store)
      this.problem = null
      return value
    } catch (error) {
      this.problem = storageProblem(error)
      return fallback
    }
  }
}
