import {ok, type Result} from '../../../core/result.ts'
import type {LibraryRecord, RecordEdits, RecordKind} from '../../../store/library-record.ts'
import type {RecordStore, UnreadableRecord} from '../../../store/record-store.ts'
import {STORAGE_FULL} from '../../../store/storage-problem.ts'

/** A record in the list: one that could not be stored lasts as long as the page. */
export interface ShelfEntry<R extends LibraryRecord> {
  readonly summary: R
  readonly isStored: boolean
}

/** What a shelf tells the Library it is part of. */
export interface ShelfHost {
  complain(message: string): void
  /** Something was written. */
  changed(): void
}

export const MAX_NAME = 200
export const MAX_NOTES = 20_000

/** The records of one kind: listed, added, named, annotated, deleted. */
export class Shelf<R extends LibraryRecord, B> {
  entries: readonly ShelfEntry<R>[] = $state.raw([])
  unreadable: readonly UnreadableRecord[] = $state.raw([])
  readonly store: RecordStore<R, B>
  readonly #host: ShelfHost
  /** Bodies of records that could not be stored. */
  readonly #waiting = new Map<string, B>()

  constructor(store: RecordStore<R, B>, host: ShelfHost) {
    this.store = store
    this.#host = host
  }

  get kind(): RecordKind {
    return this.store.type.kind
  }

  /** @returns whether the storage answered */
  async load(): Promise<boolean> {
    const listed = await this.store.list()
    if (!listed.ok) {
      this.#host.complain(listed.error.message)
      return false
    }
    const {records, unreadable} = listed.value
    const stored = new Set(records.map(({id}) => id))
    const unstored = this.entries.filter(({summary, isStored}) => !isStored && !stored.has(summary.id))
    this.entries = [...unstored, ...records.map(summary => ({summary, isStored: true}))]
    this.unreadable = unreadable
    return true
  }

  find(id: string): R | null {
    return this.entries.find(({summary}) => summary.id === id)?.summary ?? null
  }

  /** Shows a record at once; `write` stores it. */
  show(summary: R): void {
    this.entries = [
      {summary, isStored: false},
      ...this.entries.filter(entry => entry.summary.id !== summary.id),
    ]
  }

  /** Stores a record that is shown. What was edited, or deleted, while that was under way stays so. */
  async write(id: string, body: B, sizeBytes: number): Promise<Result<void>> {
    const summary = this.find(id)
    if (summary === null) {
      this.#waiting.delete(id)
      return ok(undefined)
    }
    const whole = {...summary, sizeBytes}
    const saved = await this.store.save($state.snapshot(whole) as R, body)
    if (!saved.ok) {
      this.#waiting.set(id, body)
      this.#host.complain(saved.error.message)
      return saved
    }
    this.#waiting.delete(id)
    const now = this.find(id)
    if (now === null) return this.store.remove([id])
    this.#replace({summary: whole, isStored: true})
    await this.edit(id, {name: now.name, notes: now.notes})
    this.#host.changed()
    return saved
  }

  /** Stores what could not be stored before. @returns whether nothing waits any more */
  async writeAgain(): Promise<boolean> {
    for (const [id, body] of this.#waiting) {
      const saved = await this.write(id, body, this.find(id)?.sizeBytes ?? 0)
      if (!saved.ok) return false
    }
    return true
  }

  body(id: string): Promise<Result<B>> {
    const waiting = this.#waiting.get(id)
    return waiting === undefined ? this.store.body(id) : Promise.resolve(ok(waiting))
  }

  /** Stores a whole record and shows it then; what cannot be stored is not shown. */
  async add(summary: R, body: B): Promise<Result<void>> {
    const saved = await this.store.save(summary, body)
    if (!saved.ok) return saved
    this.entries = [
      {summary, isStored: true},
      ...this.entries.filter(entry => entry.summary.id !== summary.id),
    ]
    this.#host.changed()
    return saved
  }

  async edit(id: string, edits: RecordEdits): Promise<void> {
    const entry = this.entries.find(({summary}) => summary.id === id)
    const changes = entry === undefined ? null : editsOf(entry.summary, edits)
    if (entry === undefined || changes === null) return
    this.#replace({...entry, summary: {...entry.summary, ...changes}})
    if (entry.isStored) await this.change(id, changes as Partial<R>)
  }

  /** Changes fields of a stored record, and its body if one is given, and shows what came of it. */
  async change(id: string, fields: Partial<R>, body?: B): Promise<boolean> {
    const changed = await this.store.change(id, fields, body)
    if (changed.ok) {
      this.#replace({summary: changed.value, isStored: true})
      this.#host.changed()
      return true
    }
    const {message} = changed.error
    const name = this.find(id)?.name ?? ''
    this.#host.complain(message === STORAGE_FULL ? message : `‘${name}’ was not changed: ${message}`)
    await this.load()
    return false
  }

  /** @returns whether they are gone */
  async remove(ids: readonly string[]): Promise<boolean> {
    const gone = new Set(ids)
    const removed = await this.store.remove(ids)
    const wasStored = this.entries.some(({summary, isStored}) => isStored && gone.has(summary.id))
    if (!removed.ok && wasStored) {
      this.#host.complain(removed.error.message)
      return false
    }
    for (const id of ids) this.#waiting.delete(id)
    this.entries = this.entries.filter(({summary}) => !gone.has(summary.id))
    this.unreadable = this.unreadable.filter(({id}) => !gone.has(id))
    if (removed.ok) this.#host.changed()
    return true
  }

  #replace(entry: ShelfEntry<R>): void {
    this.entries = this.entries.map(old => (old.summary.id === entry.summary.id ? entry : old))
  }
}

/** What really changes; null = nothing. An empty name is no name. */
function editsOf(record: LibraryRecord, {name, notes}: RecordEdits): RecordEdits | null {
  const wanted = name?.trim().slice(0, MAX_NAME)
  const written = notes?.slice(0, MAX_NOTES)
  const changes: RecordEdits = {
    ...(wanted === undefined || wanted === '' || wanted === record.name ? {} : {name: wanted}),
    ...(written === undefined || written === record.notes ? {} : {notes: written}),
  }
  return Object.keys(changes).length === 0 ? null : changes
}
