import type {EngineArgs} from '../config/scenario.ts'
import {fail, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import type {FetchPerfFile} from '../perf/aic/load-manifest.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import {type ProfileTable, parseProfileNpz} from '../perf/profile.ts'
import {TimingLoader} from '../run/timing-loader.ts'
import type {WorkerHost} from './host.ts'
import {createPerfFetch} from './perf-fetch.ts'

/** Pass-time data of this worker: GPU tables from the site, profiles from the user's files by name. */
export class TimingFiles {
  readonly loader: TimingLoader
  readonly fetchPerfFile: FetchPerfFile
  #models: readonly ModelConfig[] = []
  readonly #profiles = new Map<string, Blob>()

  constructor(host: WorkerHost) {
    this.fetchPerfFile = createPerfFetch(host)
    this.loader = new TimingLoader({
      fetchPerfFile: this.fetchPerfFile,
      sha256: sha256Of,
      loadProfile: args => this.#loadProfile(args),
      models: () => this.#models,
      localModel: () => null,
    })
  }

  addProfile(name: string, blob: Blob): void {
    this.#profiles.set(name, blob)
  }

  /** Models the user brought; the page sends them with every request, for a worker may be new. */
  useModels(models: readonly ModelConfig[]): void {
    this.#models = models
  }

  async #loadProfile({planner_profile_data: name}: EngineArgs): Promise<Result<ProfileTable>> {
    const field = 'engine.planner_profile_data'
    if (name === null)
      return fail('engine timing profile needs planner_profile_data: pick an NPZ file', field)
    const blob = this.#profiles.get(name)
    if (blob === undefined) return fail(`the profile ${name} is a local file: pick it first`, field)
    const table = parseProfileNpz(new Uint8Array(await blob.arrayBuffer()), name)
    return table.ok ? table : fail(table.error.message, field)
  }
}
