import type {ScenarioOfPrediction} from '../../../config/prediction/scenario-from-prediction.ts'
import {FIRST_RELEASE, type Release} from '../../../config/release.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Result} from '../../../core/result.ts'
import type {GpuOffer} from '../../../perf/aic/request/offer.ts'
import type {ModelConfig} from '../../../perf/models/model-config.ts'
import type {ModelStore, SavedModel} from '../../../store/model-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {GpuApi, ModelFiles} from '../../../worker/gpu-protocol.ts'

type GpuClient = Pick<SimulatorClient, 'gpu' | 'models'>

/** GPUs, backends and models to choose from: the published tables, and the models the user brought. */
export class GpuState {
  /** Whose estimator's tables are shown. */
  release: Release = $state(FIRST_RELEASE)
  #offers: Readonly<Partial<Record<Release, GpuOffer>>> = $state.raw({})
  /** Why the list of tables could not be had. */
  problem: string | null = $state(null)
  /** Models the user brought, as read from their config.json. */
  own: readonly ModelConfig[] = $state.raw([])
  /** What went wrong with a model kept earlier, or with keeping one. */
  notes: readonly string[] = $state.raw([])
  readonly #client: GpuClient
  readonly #store: ModelStore
  #isStarted = false
  /** The models the lists are of. */
  #offeredModels: readonly ModelConfig[] = []

  constructor(client: GpuClient, store: ModelStore) {
    this.#client = client
    this.#store = store
  }

  /** null until the list of tables is there. */
  get offer(): GpuOffer | null {
    return this.#offers[this.release] ?? null
  }

  /** Asks for the list of another release's tables, if it is not there. */
  useRelease = async (release: Release): Promise<void> => {
    if (release === this.release) return
    this.release = release
    if (this.#isStarted && this.offer === null) await this.retry()
  }

  get api(): GpuApi {
    return this.#client.gpu
  }

  /** Reads the kept models, then the list of tables; once, by whoever shows them first. */
  start = async (): Promise<void> => {
    if (this.#isStarted) return
    this.#isStarted = true
    const kept = await this.#store.list()
    if (!kept.ok) this.notes = [kept.error.message]
    const read = await Promise.all((kept.ok ? kept.value : []).map(saved => this.#read(saved)))
    this.notes = [...this.notes, ...read.flatMap(result => (result.ok ? [] : [result.error.message]))]
    await this.#use(read.flatMap(result => (result.ok ? [result.value] : [])))
  }

  /** Reads the kept models again: the Library took one in or deleted it. */
  refresh = async (): Promise<void> => {
    if (!this.#isStarted) return
    this.#isStarted = false
    await this.start()
  }

  /** Asks for the list of tables again, after a failed download. */
  retry = async (): Promise<void> => {
    this.problem = null
    await this.#use(this.own)
  }

  /** Adds a model by its files and keeps it in this browser; the problem names the field. */
  async add(files: ModelFiles): Promise<Result<ModelConfig>> {
    const read = await this.#read(files)
    if (!read.ok) return read
    const {id} = read.value
    await this.#use([...this.own.filter(model => model.id !== id), read.value])
    const saved = await this.#store.save({id, config: files.config, quant: files.quant})
    if (!saved.ok) this.notes = [`${id} lasts until the page is closed: ${saved.error.message}`]
    return read
  }

  /** The scenario of a file of `aisimulate predict`, with the models the user brought. */
  readPrediction = (document: unknown): Promise<Result<ScenarioOfPrediction>> =>
    settled(this.#client.gpu.readPrediction(document, $state.snapshot(this.own) as readonly ModelConfig[]))

  async remove(id: string): Promise<void> {
    const removed = await this.#store.remove(id)
    if (!removed.ok) this.notes = [removed.error.message]
    await this.#use(this.own.filter(model => model.id !== id))
  }

  #read(files: SavedModel): Promise<Result<ModelConfig>> {
    return settled(this.#client.gpu.readModel(files))
  }

  async #use(models: readonly ModelConfig[]): Promise<void> {
    this.own = models
    this.#client.models = models
    const {release} = this
    const offer = await settled(this.#client.gpu.gpuOffer(models, release))
    if (offer.ok)
      this.#offers =
        models === this.#offeredModels ? {...this.#offers, [release]: offer.value} : {[release]: offer.value}
    this.#offeredModels = models
    this.problem = offer.ok ? null : offer.error.message
  }
}

/** A dead worker rejects; to a reader that is one more sentence. */
export async function settled<T>(call: Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await call
  } catch (error) {
    return {ok: false, error: {message: messageOf(error)}}
  }
}
