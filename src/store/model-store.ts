import {delMany, entries, type UseStore} from 'idb-keyval'
import {fail, ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import {guarded} from './guarded.ts'
import {inputRecord, type KeptInput} from './kept-input.ts'
import {openStore} from './open-store.ts'
import type {RecordStore} from './record-store.ts'

/** A model the user brought: the texts of its files, read anew by every build. */
export interface SavedModel {
  readonly id: string
  readonly config: string
  /** `hf_quant_config.json`; null = the checkpoint has none. */
  readonly quant: string | null
}

/** The user's own models, as records of the Library. No method throws. */
export class ModelStore {
  /** Told when a model was kept or removed here. */
  onChanged: () => void = () => {}
  readonly #records: RecordStore<KeptInput, ArrayBuffer>
  readonly #openFormer: () => UseStore

  constructor(
    records: RecordStore<KeptInput, ArrayBuffer>,
    openFormer: () => UseStore = () => openStore('planner-replay-models', 'models'),
  ) {
    this.#records = records
    this.#openFormer = openFormer
  }

  async list(): Promise<Result<readonly SavedModel[]>> {
    await this.#adopt()
    const kept = await this.#kept()
    if (!kept.ok) return kept
    const read = await Promise.all(kept.value.map(({id}) => this.#records.body(id)))
    return ok(read.flatMap(body => (body.ok ? modelIn(body.value) : [])))
  }

  /** Keeps a model in place of an earlier one of its name. */
  async save(model: SavedModel): Promise<Result<void>> {
    const body = new TextEncoder().encode(JSON.stringify(model)).buffer
    const id = await sha256Of(body)
    const saved = await this.#records.save(
      inputRecord({id, what: 'model', fileName: model.id, sizeBytes: body.byteLength}),
      body,
    )
    return saved.ok ? this.#removeNamed(model.id, id) : saved
  }

  remove(id: string): Promise<Result<void>> {
    return this.#removeNamed(id, null)
  }

  /** @param except the record that stays; null = none does */
  async #removeNamed(name: string, except: string | null): Promise<Result<void>> {
    const kept = await this.#kept()
    if (!kept.ok) return kept
    const gone = kept.value.filter(({id, fileName}) => fileName === name && id !== except)
    const removed = await this.#records.remove(gone.map(({id}) => id))
    this.onChanged()
    return removed
  }

  async #kept(): Promise<Result<readonly KeptInput[]>> {
    const listed = await this.#records.list()
    return listed.ok
      ? ok(listed.value.records.filter(({what}) => what === 'model'))
      : fail(listed.error.message)
  }

  /** Takes over models that were kept before the Library had them. */
  async #adopt(): Promise<void> {
    await guarded(async () => {
      const former = this.#openFormer()
      for (const [key, model] of await entries<string, unknown>(former))
        if (isSavedModel(model) && (await this.save(model)).ok) await delMany([key], former)
    })
  }
}

function modelIn(body: ArrayBuffer): readonly SavedModel[] {
  try {
    const model: unknown = JSON.parse(new TextDecoder().decode(body))
    return isSavedModel(model) ? [model] : []
  } catch {
    return []
  }
}

function isSavedModel(value: unknown): value is SavedModel {
  if (typeof value !== 'object' || value === null) return false
  const {id, config, quant} = value as Partial<SavedModel>
  return typeof id === 'string' && typeof config === 'string' && (quant === null || typeof quant === 'string')
}
