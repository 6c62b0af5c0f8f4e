import {delMany, get, keys, setMany, type UseStore} from 'idb-keyval'
import {openStore} from './open-store.ts'

const VALUE = 'value '
const ORDER = 'order'

/**
 * The latest few values by key, so that what was on screen is there again after a reload. A cache that nobody tends: the
 * oldest make room, and where the browser refuses to store, nothing is found.
 */
export class RecentStore {
  readonly #open: () => UseStore
  readonly #most: number
  #store: UseStore | null = null
  /** One change after the other: each reads the order before it writes it. */
  #last: Promise<void> = Promise.resolve()

  constructor(database: string, most: number, open = () => openStore(database, 'recent')) {
    this.#open = open
    this.#most = most
  }

  /** What was written last under a key, for the caller to check; undefined = nothing. */
  async read(key: string): Promise<unknown> {
    try {
      return await get<unknown>(VALUE + key, this.#opened())
    } catch {
      return undefined
    }
  }

  write(key: string, value: unknown): Promise<void> {
    this.#last = this.#last.then(() => this.#write(key, value)).catch(() => {})
    return this.#last
  }

  async #write(key: string, value: unknown): Promise<void> {
    const store = this.#opened()
    const order = await get<unknown>(ORDER, store)
    const before = Array.isArray(order) ? order.filter(each => typeof each === 'string' && each !== key) : []
    const kept = [key, ...before].slice(0, this.#most)
    const wanted = new Set(kept.map(each => VALUE + each))
    const stale = (await keys<string>(store)).filter(each => each !== ORDER && !wanted.has(each))
    await delMany(stale, store)
    await setMany(
      [
        [VALUE + key, value],
        [ORDER, kept],
      ],
      store,
    )
  }

  #opened(): UseStore {
    this.#store ??= this.#open()
    return this.#store
  }
}
