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
 * the browser refuses to store, nothing is found, and whoever writes is told why. Only its user empties it.
 */
export class PointStore {
  readonly #open: () => UseStore
  #store: UseStore | null = null

  constructor(open = () => openStore('planner-replay-sweeps', 'rows')) {
    this.#open = open
  }

  /** The rows there are, by point key; what they hold is for the caller to check. */
  async read(pointKeys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    return this.#guarded(
      () => new Map<string, unknown>(),
      async store => {
        const rows = await getMany<unknown>(
          pointKeys.map(key => ROW + key),
          store,
        )
        return new Map(
          pointKeys.flatMap((key, i) => (rows[i] === undefined ? [] : [[key, rows[i]] as const])),
        )
      },
    )
  }

  /** @returns why the rows are not kept beyond this page; null = they are */
  async write(rows: ReadonlyMap<string, unknown>): Promise<string | null> {
    if (rows.size === 0) return null
    return this.#guarded<string | null>(storageProblem, async store => {
      await setMany(
        [...rows].map(([key, row]) => [ROW + key, row]),
        store,
      )
      return null
    })
  }

  async remove(pointKeys: readonly string[]): Promise<void> {
    await this.#guarded(nothing, store =>
      delMany(
        pointKeys.map(key => ROW + key),
        store,
      ),
    )
  }

  async clear(): Promise<void> {
    await this.#guarded(nothing, async store => delMany(await keys(store), store))
  }

  async use(): Promise<PointStoreUse> {
    return this.#guarded(
      () => ({rows: 0, sizeBytes: 0}),
      async store => {
        const all = await entries<string, unknown>(store)
        return {rows: all.length, sizeBytes: all.reduce((sum, entry) => sum + jsonBytes(entry), 0)}
      },
    )
  }

  async #guarded<T>(refused: (error: unknown) => T, act: (store: UseStore) => Promise<T>): Promise<T> {
    try {
      this.#store ??= this.#open()
      return await act(this.#store)
    } catch (error) {
      return refused(error)
    }
  }
}

/** There is nothing to be done where a cache cannot be emptied. */
function nothing(): void {}
