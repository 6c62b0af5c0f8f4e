import {delMany, get, getMany, keys, promisifyRequest, setMany, type UseStore} from 'idb-keyval'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {guarded} from './guarded.ts'
import {type LibraryRecord, type RecordType, readRecord} from './library-record.ts'
import {isNewer} from './migrations.ts'

/** A record that this build cannot read; it stays where it is, for a build that can. */
export interface UnreadableRecord {
  readonly id: string
  /** As far as it can be told. */
  readonly name: string
  readonly reason: string
  readonly isNewer: boolean
}

export interface ListedRecords<R> {
  /** The newest first. */
  readonly records: readonly R[]
  readonly unreadable: readonly UnreadableRecord[]
}

/** Why a change was not made: the record was deleted, most likely in another tab. */
export const RECORD_GONE =
  'It is not in this browser’s storage any more: it may have been deleted in another tab.'

/**
 * Records of one kind in IndexedDB. A record is two values, what the list shows and the heavy part, so that listing a
 * hundred runs reads none of their columns; both are written and deleted in one transaction. No method throws.
 */
export class RecordStore<R extends LibraryRecord, B> {
  readonly type: RecordType<R>
  readonly #store: UseStore

  constructor(type: RecordType<R>, store: UseStore) {
    this.type = type
    this.#store = store
  }

  list(): Promise<Result<ListedRecords<R>>> {
    return guarded(async () => {
      const prefix = this.type.aboutKey('')
      const all = (await keys<IDBValidKey>(this.#store)).map(String).filter(key => key.startsWith(prefix))
      const stored = await getMany<unknown>(all, this.#store)
      const records: R[] = []
      const unreadable: UnreadableRecord[] = []
      stored.forEach((value, i) => {
        // Deleted in another tab between the two reads.
        if (value === undefined) return
        const read = readRecord(this.type, value)
        if (read.ok) records.push(read.value)
        else unreadable.push(this.#unreadable(all[i]!.slice(prefix.length), value, read.error.message))
      })
      return {records: records.sort((a, b) => b.createdAtMs - a.createdAtMs), unreadable}
    })
  }

  /** Writes a record and its body, both or neither. */
  save(record: R, body: B): Promise<Result<void>> {
    const {aboutKey, bodyKey} = this.type
    const entries: [string, unknown][] = [[aboutKey(record.id), record]]
    if (bodyKey !== null) entries.push([bodyKey(record.id), body])
    return guarded(() => setMany(entries, this.#store))
  }

  async body(id: string): Promise<Result<B>> {
    const {bodyKey} = this.type
    if (bodyKey === null) return ok(null as B)
    const read = await guarded(() => get<B>(bodyKey(id), this.#store))
    if (!read.ok) return read
    return read.value === undefined ? fail(RECORD_GONE) : ok(read.value)
  }

  /**
   * Changes these fields and no others, and the body if one is given, in one transaction: what another tab changed
   * meanwhile stays.
   */
  async change(id: string, fields: Partial<R>, body?: B): Promise<Result<R>> {
    const changed = await guarded(() => this.#change(id, fields, body))
    return changed.ok ? changed.value : changed
  }

  remove(ids: readonly string[]): Promise<Result<void>> {
    const {aboutKey, bodyKey} = this.type
    const all = ids.flatMap(id => (bodyKey === null ? [aboutKey(id)] : [aboutKey(id), bodyKey(id)]))
    return guarded(() => delMany(all, this.#store))
  }

  #change(id: string, fields: Partial<R>, body: B | undefined): Promise<Result<R>> {
    const {aboutKey, bodyKey} = this.type
    const apply = (stored: unknown): Result<R> => {
      const read: Result<R> = stored === undefined ? fail(RECORD_GONE) : readRecord(this.type, stored)
      return read.ok ? ok({...read.value, ...fields}) : read
    }
    return this.#store(
      'readwrite',
      store =>
        new Promise((resolve, reject) => {
          const request = store.get(aboutKey(id))
          request.onerror = () => reject(request.error)
          request.onsuccess = () => {
            const changed = apply(request.result)
            if (changed.ok) store.put(changed.value, aboutKey(id))
            if (changed.ok && body !== undefined && bodyKey !== null) store.put(body, bodyKey(id))
            promisifyRequest(store.transaction).then(() => resolve(changed), reject)
          }
        }),
    )
  }

  #unreadable(id: string, stored: unknown, reason: string): UnreadableRecord {
    const name = isObject(stored) && typeof stored.name === 'string' ? stored.name : ''
    return {id, name, reason, isNewer: isNewer(stored, this.type.version)}
  }
}
