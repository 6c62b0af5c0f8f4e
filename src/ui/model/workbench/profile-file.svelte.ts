import {poolsOf, type Scenario} from '../../../config/scenario.ts'
import {sha256Of} from '../../../host/sha256-of.ts'
import type {ModelStore} from '../../../store/model-store.ts'
import {readStored, writeStored} from '../../kit/persisted.svelte.ts'
import type {GpuState} from '../gpu/gpu.svelte.ts'
import type {LibraryState} from '../library/library.svelte.ts'
import type {FinishedRun} from '../run/run.svelte.ts'

/** What a scenario calls the recorded pass times it is timed by; null = it is timed by something else. */
function profileNamed({fleet, engineTiming}: Scenario): string | null {
  const timed = poolsOf(fleet).find(([, {args}]) => (args.timing ?? engineTiming) === 'profile')
  return timed?.[1].args.planner_profile_data ?? null
}

const LAST_KEY = 'planner-replay-profile'
const acrossVisits = () => localStorage

/** The profile on the page: picked by the user and kept, or found again in the Library. */
export class ProfileFile {
  file: File | null = $state.raw(null)
  /** Of its bytes; null until they are read. */
  sha256: string | null = $state.raw(null)
  /** What an opened record was timed by; a name alone may be that of another file. */
  #opened: {readonly name: string; readonly sha256: string} | null = $state.raw(null)
  readonly #library: LibraryState

  /** Models stand on the same shelf: what changes there is told to who shows them, and the other way round. */
  constructor(library: LibraryState, {gpu, models}: {readonly gpu: GpuState; readonly models: ModelStore}) {
    this.#library = library
    library.onInputs = () => void gpu.refresh()
    models.onChanged = () => void library.inputs.load()
  }

  /** A file the user gave, which is kept. */
  take(file: File): void {
    this.#opened = null
    void this.#use(file)
  }

  /** Says by which file the scenario that is opened now was timed. */
  opened(scenario: Scenario, sha256: string | null | undefined): void {
    const name = profileNamed(scenario)
    this.#opened = name === null || !sha256 ? null : {name, sha256}
  }

  /** Keeps a run with the checksum of what it was timed by. @returns the record's id */
  keep(run: FinishedRun, traceTitle: string): string {
    return this.#library.keep(run, traceTitle, profileNamed(run.scenario) === null ? null : this.sha256)
  }

  /** Whether the file here is the one a scenario names: by the checksum of its record, else by the name. */
  isFor(scenario: Scenario | null): boolean {
    const name = scenario === null ? null : profileNamed(scenario)
    const sha256 = this.#checksumOf(name)
    return this.file !== null && (sha256 === null ? this.file.name === name : this.sha256 === sha256)
  }

  /** The record of the Library that a scenario wants in place of what is here; null = none. */
  wanted(scenario: Scenario | null): string | null {
    const name = scenario === null ? null : profileNamed(scenario)
    if (name === null || this.isFor(scenario)) return null
    const sha256 = this.#checksumOf(name)
    const kept = this.#library.inputs.entries.map(({summary}) => summary)
    const profiles = kept.filter(({what}) => what === 'profile')
    if (sha256 !== null) return profiles.find(({id}) => id === sha256)?.id ?? null
    // Of one name the last that was on the page, else the newest, which comes first.
    const named = profiles.filter(({fileName}) => fileName === name)
    const last = readStored(acrossVisits, LAST_KEY)
    return (named.find(({id}) => id === last) ?? named[0])?.id ?? null
  }

  /** Takes a profile from the Library. */
  async fetch(id: string): Promise<void> {
    const kept = this.#library.inputs.find(id)
    const body = await this.#library.inputs.body(id)
    if (kept !== null && body.ok) await this.#use(new File([body.value], kept.fileName))
  }

  #checksumOf(name: string | null): string | null {
    return this.#opened !== null && this.#opened.name === name ? this.#opened.sha256 : null
  }

  async #use(file: File): Promise<void> {
    this.file = file
    this.sha256 = null
    const bytes = await file.arrayBuffer()
    const sha256 = await sha256Of(bytes)
    if (this.file !== file) return
    this.sha256 = sha256
    writeStored(acrossVisits, LAST_KEY, sha256)
    await this.#library.keepProfile(sha256, file.name, bytes)
  }
}
