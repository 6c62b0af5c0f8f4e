import {Persisted} from '../../kit/persisted.svelte.ts'
import type {FinishedRun} from '../run/run.svelte.ts'
import {nameOfRun} from '../scenario/run-names.ts'
import type {LibraryState} from './library.svelte.ts'

/** The run that others are held against while they are looked at; remembered by its record in the library. */
export class BaselineState {
  run: FinishedRun | null = $state.raw(null)
  readonly #id = new Persisted<string | null>(
    'planner-replay-baseline',
    text => text,
    id => id,
  )
  readonly #library: LibraryState

  constructor(library: LibraryState) {
    this.#library = library
  }

  get name(): string {
    const id = this.#id.value
    const kept = id === null ? null : this.#library.summary(id)
    return kept?.name ?? (this.run === null ? '' : nameOfRun(this.run.scenario))
  }

  /** @param run with what was said of it by now */
  pin(run: FinishedRun): void {
    this.run = run
    this.#id.value = this.#library.idOf(run)
  }

  unpin = (): void => {
    this.run = null
    this.#id.value = null
  }

  /** Opens what was pinned on an earlier visit, if it is still kept. */
  async restore(): Promise<void> {
    const id = this.#id.value
    if (id === null || this.run !== null) return
    await this.#library.loaded()
    if (this.#library.summary(id) === null) return this.unpin()
    const run = await this.#library.open(id)
    if (this.#id.value === id && this.run === null) this.run = run
  }
}
