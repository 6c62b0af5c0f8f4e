import {del, set, type UseStore, values} from 'idb-keyval'
import {fail, ok, type Result} from '../core/result.ts'
import {openStore} from './open-store.ts'
import {storageProblem} from './storage-problem.ts'

/** A model the user brought: the texts of its files, read anew by every build. */
export interface SavedModel {
  readonly id: string
  readonly config: string
  /** `hf_quant_config.json`; null = the checkpoint has none. */
  readonly quant: string | null
}

/** The user's own models in IndexedDB. No method throws. */
export class ModelStore {
  readonly #store: () => UseStore

  constructor(store: () => UseStore = once(() => openStore('planner-replay-models', 'models'))) {
    this.#store = store
  }

  list(): Promise<Result<readonly SavedModel[]>> {
    return guarded(async () => {
      const stored = await values<unknown>(this.#store())
      return stored.filter(isSavedModel)
    })
  }

  save(model: SavedModel): Promise<Result<void>> {
    return guarded(() => set(model.id, model, this.#store()))
  }

  remove(id: string): Promise<Result<void>> {
    return guarded(() => del(id, this.#store()))
  }
}

function isSavedModel(value: unknown): value is SavedModel {
  if (typeof value !== 'object' || value === null) return false
  const {id, config, quant} = value as Partial<SavedModel>
  return typeof id === 'string' && typeof config === 'string' && (quant === null || typeof quant === 'string')
}

async function guarded<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (error) {
    return fail(storageProblem(error))
  }
}

function once<T>(make: () => T): () => T {
  let made: T | null = null
  return () => {
    made ??= make()
    return made
  }
}
