import type {Scenario} from '../../../config/scenario.ts'
import {isEqual} from '../../../core/is-equal.ts'
import type {ComparisonState} from '../compare/comparison.svelte.ts'
import type {LibraryState} from '../library/library.svelte.ts'
import type {ViewState} from '../links/view.svelte.ts'
import type {RunState} from '../run/run.svelte.ts'
import type {ScenarioState} from '../scenario/scenario.svelte.ts'
import type {ProfileFile} from './profile-file.svelte.ts'

interface Parts {
  readonly library: LibraryState
  readonly run: RunState
  readonly scenario: ScenarioState
  readonly comparison: ComparisonState
  readonly view: ViewState
  readonly profiles: ProfileFile
}

/** A storage that takes longer is not waited for. */
const ANSWER_MS = 2000

/** What the address shows, taken from what is kept: after a reload, Back, Forward, or with a link to what was run before. */
export class LookBack {
  /** Nothing is computed before the storage answered. */
  isUnderWay = $state(false)
  #turn = 0
  readonly #parts: Parts
  readonly #fetchResultsView: () => void

  constructor(parts: Parts, fetchResultsView: () => void) {
    this.#parts = parts
    this.#fetchResultsView = fetchResultsView
  }

  /**
   * @param compared what the address asks to compare
   * @returns whether what it asks for is on screen now; a later call makes an earlier one void
   */
  async bring(compared: readonly Scenario[]): Promise<boolean> {
    const turn = ++this.#turn
    const isCurrent = () => turn === this.#turn
    this.isUnderWay = true
    try {
      const {library, view} = this.#parts
      await Promise.race([library.loaded(), new Promise(resolve => setTimeout(resolve, ANSWER_MS))])
      if (!isCurrent()) return false
      if (view.current === 'compare') return this.#bringComparison(compared)
      return view.current === 'run' && (await this.#bringRun(isCurrent))
    } finally {
      if (isCurrent()) this.isUnderWay = false
    }
  }

  async #bringRun(isCurrent: () => boolean): Promise<boolean> {
    const {library, run, scenario, profiles} = this.#parts
    const asked = $state.snapshot(scenario.scenario) as Scenario | null
    if (asked === null || run.isRunning || isEqual(run.finished?.scenario, asked)) return false
    const kept = library.runOf(asked)
    const saved = kept === null ? null : await library.open(kept.id)
    if (saved === null || run.isRunning || !isCurrent()) return false
    profiles.opened(asked, kept?.profileSha256)
    this.#fetchResultsView()
    run.show(saved)
    return true
  }

  #bringComparison(compared: readonly Scenario[]): boolean {
    const {library, comparison} = this.#parts
    const ids = compared.flatMap(scenario => library.runOf(scenario)?.id ?? [])
    if (compared.length < 2 || ids.length < compared.length) return false
    void comparison.show(ids)
    return true
  }
}
