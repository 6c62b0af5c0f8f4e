import {delMany, get, getMany, keys, set, setMany, type UseStore} from 'idb-keyval'
import {isObject} from '../core/is-object.ts'
import {openStore} from './open-store.ts'

const VALUE = 'value '
const ORDER = 'order'
const partKey = (key: string, part: number) => `part ${part} ${key}`
/** What a stored key belongs to. */
const OWNER = /^(?:value|part \d+) (.*)$/s

/** Bytes of a file go in by parts: the page stands still while one is copied. */
const PART_BYTES = 4e6

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
      const value = await get<unknown>(VALUE + key, this.#opened())
      return isObject(value) && typeof value.parts === 'number' ? await this.#joined(key, value.parts) : value
    } catch {
      return undefined
    }
  }

  /** @param value anything that can be cloned; a Blob comes back as one, and is stored as bytes, since Safari has lost Blobs */
  write(key: string, value: unknown): Promise<void> {
    this.#last = this.#last.then(() => this.#write(key, value)).catch(() => {})
    return this.#last
  }

  async #write(key: string, value: unknown): Promise<void> {
    const store = this.#opened()
    const order = await get<unknown>(ORDER, store)
    const before = Array.isArray(order) ? order.filter(each => typeof each === 'string' && each !== key) : []
    const kept = [key, ...before].slice(0, this.#most)
    const stale = (await keys<string>(store)).filter(
      each => each !== ORDER && !kept.includes(OWNER.exec(each)?.[1] ?? ''),
    )
    await delMany(stale, store)
    const stored = value instanceof Blob ? {parts: await this.#writeParts(key, value)} : value
    await setMany(
      [
        [VALUE + key, stored],
        [ORDER, kept],
      ],
      store,
    )
  }

  async #writeParts(key: string, file: Blob): Promise<number> {
    const count = Math.ceil(file.size / PART_BYTES)
    for (let part = 0; part < count; part++) {
      const bytes = await file.slice(part * PART_BYTES, (part + 1) * PART_BYTES).arrayBuffer()
      await set(partKey(key, part), bytes, this.#opened())
    }
    return count
  }

  /** undefined where a part is gone. */
  async #joined(key: string, count: number): Promise<Blob | undefined> {
    const names = Array.from({length: count}, (_, part) => partKey(key, part))
    const parts = await getMany<unknown>(names, this.#opened())
    const isWhole = (each: unknown): each is ArrayBuffer => each instanceof ArrayBuffer
    return parts.every(isWhole) ? new Blob(parts) : undefined
  }

  #opened(): UseStore {
    this.#store ??= this.#open()
    return this.#store
  }
}
