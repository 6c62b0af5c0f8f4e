import {get, keys, promisifyRequest, setMany, type UseStore} from 'idb-keyval'
import {guarded} from './guarded.ts'
import {type KeptTrace, TRACES} from './kept-trace.ts'
import type {RecentStore} from './recent-store.ts'
import {RecordStore} from './record-store.ts'

/** Larger files are picked anew after a reload. */
const MOST_RECENT_BYTES = 256e6

/**
 * Traces kept by checksum, so that each is fetched or picked once. Where the browser refuses to store, a trace lasts as
 * long as the page, and `problem` says why.
 */
export class TraceStore {
  /** Why traces are not kept beyond this page; null = they are. */
  problem: string | null = null
  /** Told when a trace was kept, or why it is not kept beyond this page. */
  onKept: (problem: string | null) => void = () => {}
  readonly records: RecordStore<KeptTrace, ArrayBuffer>
  readonly #store: UseStore
  readonly #unstored = new Map<string, Blob>()
  readonly #recent: RecentStore

  constructor(store: UseStore, recent: RecentStore) {
    this.#store = store
    this.#recent = recent
    this.records = new RecordStore<KeptTrace, ArrayBuffer>(TRACES, store)
  }

  async read(sha256: string): Promise<Blob | null> {
    const kept = this.#unstored.get(sha256)
    if (kept !== undefined) return kept
    const stored = await this.records.body(sha256)
    // Bytes rather than a Blob: Safari has lost Blobs from IndexedDB.
    if (stored.ok && stored.value instanceof ArrayBuffer) return new Blob([stored.value])
    const recent = await this.#recent.read(sha256)
    return recent instanceof Blob ? recent : null
  }

  /** Has the bytes of a file ready for the page's next load, without a record in the Library. */
  async remember(sha256: string, file: Blob): Promise<void> {
    if (file.size <= MOST_RECENT_BYTES) await this.#recent.write(sha256, file)
  }

  async isKept(sha256: string): Promise<boolean> {
    const found = await guarded(() =>
      this.#store('readonly', store => promisifyRequest(store.getKey(sha256))),
    )
    return found.ok && found.value !== undefined
  }

  /** @returns why it is not kept beyond this page, or null */
  async keep(
    trace: Pick<KeptTrace, 'id' | 'name' | 'origin' | 'fileName'>,
    bytes: ArrayBuffer,
  ): Promise<string | null> {
    this.#unstored.set(trace.id, new Blob([bytes]))
    const record = recordOf(trace, bytes.byteLength)
    const saved = await this.records.save(record, bytes)
    this.problem = saved.ok ? null : saved.error.message
    if (saved.ok) this.#unstored.delete(trace.id)
    this.onKept(this.problem)
    return this.problem
  }

  /** Gives records to traces that were kept before there were any. */
  async adopt(): Promise<void> {
    await guarded(async () => {
      const all = new Set((await keys<IDBValidKey>(this.#store)).map(String))
      for (const id of all) {
        if (!/^[0-9a-f]{64}$/.test(id) || all.has(TRACES.aboutKey(id))) continue
        const bytes = await get<unknown>(id, this.#store)
        if (!(bytes instanceof ArrayBuffer)) continue
        const record = recordOf({id, name: '', origin: 'download', fileName: ''}, bytes.byteLength)
        await setMany([[TRACES.aboutKey(id), record]], this.#store)
      }
    })
  }
}

function recordOf(
  trace: Pick<KeptTrace, 'id' | 'name' | 'origin' | 'fileName'>,
  sizeBytes: number,
): KeptTrace {
  return {version: 1, ...trace, notes: '', createdAtMs: Date.now(), sizeBytes}
}
