import type {ServiceObjective} from '../../../config/scenario.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {SpareHost} from '../answer/run-known.ts'
import type {LibraryState} from '../library/library.svelte.ts'
import {linkOfCompared, MAX_COMPARED} from '../links/page-link.ts'
import type {FinishedRun} from '../run/run.svelte.ts'
import {CompareSpread} from './compare-spread.svelte.ts'
import type {ComparedRun} from './compared-run.ts'
import {commonObjective, type JudgedRun, judgeBy} from './judged-run.ts'

/** What is compared: runs of the library by id, the first being what the others are measured against. */
export class ComparisonState {
  ids: readonly string[] = $state.raw([])
  #opened: ReadonlyMap<string, FinishedRun> = $state.raw(new Map())
  readonly #library: LibraryState
  readonly spread: CompareSpread

  constructor(library: LibraryState, spare: SpareHost) {
    this.#library = library
    this.spread = new CompareSpread(spare)
  }

  /** The chosen runs that are open and still in the library, in their order. */
  readonly runs: readonly ComparedRun[] = $derived.by(() =>
    this.ids.flatMap(id => {
      const run = this.#opened.get(id)
      const name = this.#library.summary(id)?.name
      return run === undefined || name === undefined ? [] : [{id, name, run}]
    }),
  )

  /** What all of them are judged by. */
  readonly objective: ServiceObjective | null = $derived.by(() =>
    commonObjective(this.runs.map(({run}) => run.scenario)),
  )

  /** In the order of the runs. */
  readonly judged: readonly JudgedRun[] = $derived.by(() =>
    this.runs.map(({run}) => judgeBy(this.objective, run)),
  )

  /** Figures of each run over its repeats, the run itself first. */
  readonly repeated: readonly (readonly PointFigures[])[] = $derived.by(() =>
    this.runs.map(({id}, i) => [this.judged[i]!.point, ...(this.spread.repeats.get(id) ?? [])]),
  )

  get isOpening(): boolean {
    return this.ids.some(id => !this.#opened.has(id) && this.#library.summary(id) !== null)
  }

  get isFull(): boolean {
    return this.ids.length >= MAX_COMPARED
  }

  /** The compared scenarios as links, for the address bar. */
  get links(): readonly string[] {
    return this.runs.map(({run}) => linkOfCompared(run.scenario))
  }

  async show(ids: readonly string[]): Promise<void> {
    this.ids = [...new Set(ids)].slice(0, MAX_COMPARED)
    for (const id of this.ids) await this.#open(id)
  }

  async add(id: string): Promise<void> {
    if (this.isFull || this.ids.includes(id)) return
    this.ids = [...this.ids, id]
    await this.#open(id)
  }

  remove(id: string): void {
    this.ids = this.ids.filter(other => other !== id)
    this.#opened = new Map([...this.#opened].filter(([opened]) => opened !== id))
  }

  /** Makes a run the one the others are measured against. */
  putFirst(id: string): void {
    this.ids = [id, ...this.ids.filter(other => other !== id)]
  }

  async #open(id: string): Promise<void> {
    if (this.#opened.has(id)) return
    const run = await this.#library.open(id)
    if (!this.ids.includes(id)) return
    if (run === null) this.ids = this.ids.filter(other => other !== id)
    else this.#opened = new Map([...this.#opened, [id, run]])
  }
}
