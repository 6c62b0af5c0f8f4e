import {createStore, del, get, keys, set, type UseStore} from 'idb-keyval'
import {storageProblem} from './storage-problem.ts'

/**
 * Traces the user downloaded from other hosts, by checksum, so that each is fetched once. A cache: where the browser
 * refuses to store, nothing is found, and `problem` says why.
 */
export class DownloadedTraces {
  /** Why traces are not kept beyond this page; null = they are. */
  problem: string | null = null
  readonly #open: () => UseStore
  #store: UseStore | null = null
  /** What could not be stored lasts as long as the page. */
  readonly #unstored = new Map<string, Blob>()

  constructor(open = () => createStore('planner-replay-traces', 'files')) {
    this.#open = open
  }

  async read(sha256: string): Promise<Blob | null> {
    const kept = this.#unstored.get(sha256)
    if (kept !== undefined) return kept
    return this.#guarded(null, async store => {
      const bytes = await get<unknown>(sha256, store)
      return bytes instanceof ArrayBuffer ? new Blob([bytes]) : null
    })
  }

  async write(sha256: string, bytes: ArrayBuffer): Promise<void> {
    this.#unstored.set(sha256, new Blob([bytes]))
    await this.#guarded(undefined, async store => {
      // Bytes rather than a Blob: Safari has lost Blobs from IndexedDB.
      await set(sha256, bytes, store)
      this.#unstored.delete(sha256)
    })
  }

  async delete(sha256: string): Promise<void> {
    this.#unstored.delete(sha256)
    await this.#guarded(undefined, store => del(sha256, store))
  }

  async list(): Promise<readonly string[]> {
    const stored = await this.#guarded<readonly string[]>([], async store => (await keys(store)).map(String))
    return [...new Set([...stored, ...this.#unstored.keys()])]
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
