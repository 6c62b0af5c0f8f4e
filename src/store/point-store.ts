import {clear, createStore, getMany, keys, setMany, type UseStore} from 'idb-keyval'
import {storageProblem} from './storage-problem.ts'

/** A row is about 1 kB; past this many they are no longer a cache but litter of old releases. */
const MAX_ROWS = 50_000

const ROW = 'sweep-row '

/**
 * Rows of finished sweep points by point key (config + trace + release), so that a repeat is instant. A cache: where
 * the browser refuses to store, nothing is found, and `problem` says why.
 */
export class PointStore {
  /** Why rows are not kept beyond this page; null = they are. */
  problem: string | null = null
  readonly #open: () => UseStore
  #store: UseStore | null = null

  constructor(open = () => createStore('planner-replay-sweeps', 'rows')) {
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
    await this.#guarded(undefined, async store => {
      if ((await keys(store)).length > MAX_ROWS) await clear(store)
      await setMany(
        [...rows].map(([key, row]) => [ROW + key, row]),
        store,
      )
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
