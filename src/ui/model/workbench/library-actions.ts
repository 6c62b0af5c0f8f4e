import {VERSION} from '../../../config/link/version.ts'
import type {Scenario} from '../../../config/scenario.ts'
import type {ComparisonState} from '../compare/comparison.svelte.ts'
import type {LibraryState} from '../library/library.svelte.ts'
import {LibraryList} from '../library/library-list.svelte.ts'
import {questionOf, sweepRecord} from '../library/sweep-records.ts'
import {linkOfCompared, type ViewId} from '../links/page-link.ts'
import type {ViewState} from '../links/view.svelte.ts'
import type {PriceTable} from '../money/price-table.svelte.ts'
import type {RunState} from '../run/run.svelte.ts'
import {presetOf} from '../scenario/run-names.ts'
import type {ScenarioState} from '../scenario/scenario.svelte.ts'
import type {SearchState} from '../search/search.svelte.ts'
import type {SweepState} from '../sweep/sweep.svelte.ts'
import type {TraceState} from '../trace/trace.svelte.ts'
import type {ProfileFile} from './profile-file.svelte.ts'

interface Page {
  readonly library: LibraryState
  readonly run: RunState
  readonly scenario: ScenarioState
  readonly comparison: ComparisonState
  readonly sweep: SweepState
  readonly search: SearchState
  readonly prices: PriceTable
  readonly trace: TraceState
  readonly view: ViewState
  readonly profiles: ProfileFile
  /** Shows a view and puts it into the address bar. */
  readonly goTo: (view: ViewId) => void
  /** Runs the scenario in the form as soon as its trace is there. */
  readonly runWhenReady: () => void
}

/** What can be done with records of the Library, each with the parts of the page it takes. */
export class LibraryActions {
  readonly list: LibraryList
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.list = new LibraryList(page.library)
  }

  openRun = async (id: string): Promise<void> => {
    const {library, run, goTo} = this.#page
    const saved = await library.open(id)
    if (saved === null) return
    library.parentId = id
    // In one step: results beside another scenario's form would look outdated, and the view's own entry in the
    // history, to go back to, must not be written over.
    this.#loadScenario(saved.scenario, library.summary(id)?.profileSha256)
    run.show(saved)
    goTo('run')
  }

  /** Puts a run's scenario into the form, to be changed or run again. */
  cloneRun = (id: string): void => {
    const {library, goTo} = this.#page
    const summary = library.summary(id)
    if (summary === null) return
    library.parentId = id
    this.#loadScenario(summary.scenario, summary.profileSha256)
    goTo('run')
  }

  rerun = (id: string): void => {
    this.cloneRun(id)
    this.#page.runWhenReady()
  }

  openSweep = async (id: string): Promise<void> => {
    const {library, sweep, goTo} = this.#page
    const summary = library.sweeps.find(id)
    const rows = summary === null ? null : await library.openSweep(id)
    if (summary === null || rows === null) return
    const {scenario, spec, traceSha256, profileSha256} = summary
    const base = {scenario, traceSha256, profileSha256, traceBlob: null, profile: null, requests: null}
    const plan = await sweep.planOf(spec, base)
    if (!plan.ok) {
      library.problem = `The sweep could not be opened: ${plan.error.message}`
      return
    }
    this.#loadScenario(scenario, profileSha256)
    sweep.show(plan.value, rows)
    goTo('sweep')
  }

  openSearch = async (id: string): Promise<void> => {
    const {openSearch} = await import('../library/search-records.ts')
    const opened = await openSearch(id, this.#page)
    if (opened === null) return
    this.#loadScenario(opened.scenario, opened.profileSha256)
    this.#page.goTo('recommend')
  }

  /** Puts the sweep in the form on screen with what was found before, if nothing is there. */
  takeUpSweep = async (): Promise<void> => {
    const {library, sweep} = this.#page
    if (sweep.draft.kind !== 'ready' || sweep.plan !== null) return
    const {plan} = sweep.draft
    const question = questionOf(plan)
    await library.loaded()
    const same = library.sweeps.entries.find(({summary}) => summary.question === question)?.summary
    const rows = same === undefined || same.release !== VERSION ? null : await library.openSweep(same.id)
    if (rows !== null && sweep.plan === null && !sweep.isRunning) sweep.show(plan, rows)
  }

  /** Deletes a sweep's points: what it found, and what the next sweep would take over from it. */
  deletePoints = async (id: string): Promise<void> => {
    const {library, sweep} = this.#page
    const rows = await library.openSweep(id)
    if (rows === null) return
    await sweep.forgetPoints(rows.map(({key}) => key))
    await library.emptySweep(id)
  }

  openComparison = async (id: string): Promise<void> => {
    const {library, comparison, view, goTo} = this.#page
    const summary = library.comparisons.find(id)
    if (summary === null) return
    const there = summary.runs.filter(run => library.summary(run.id) !== null)
    const gone = summary.runs.filter(run => library.summary(run.id) === null)
    view.linkedComparison = gone.length === 0 ? [] : summary.runs.map(({link}) => link)
    const opened = comparison.show(there.map(run => run.id))
    goTo('compare')
    await opened
    if (gone.length === 0) return
    const names = gone.map(({name}) => `‘${name}’`).join(', ')
    library.problem = `${names} ${gone.length === 1 ? 'is' : 'are'} not in the Library any more; the comparison shows the runs that are.`
  }

  useTrace = (id: string): void => {
    const {library, scenario, trace, goTo} = this.#page
    const kept = library.traces.find(id)
    if (kept === null) return
    const entry = trace.catalogue.find(({sha256}) => sha256 === id)
    if (entry !== undefined) scenario.set('trace', 'trace_block_size', String(entry.traceBlockSize))
    const source =
      entry === undefined
        ? ({kind: 'file', name: kept.fileName || `${id.slice(0, 12)}.jsonl`, sha256: id} as const)
        : ({kind: 'catalogue', id: entry.id} as const)
    scenario.useTrace(source, true)
    goTo('run')
  }

  /** Times the scenario in the form by a kept profile. */
  useProfile = async (id: string): Promise<void> => {
    const {library, profiles, scenario, goTo} = this.#page
    await profiles.fetch(id)
    const kept = library.inputs.find(id)
    if (kept !== null) scenario.useProfile(kept.fileName)
    goTo('run')
  }

  /** Compares runs of the Library. */
  compare = (ids: readonly string[]): void => {
    void this.#page.comparison.show(ids)
    this.#page.goTo('compare')
  }

  /** Keeps the comparison on screen. */
  keepComparison = (name: string): Promise<void> => {
    const {comparison, library} = this.#page
    const runs = comparison.runs.map(each => ({
      id: each.id,
      name: each.name,
      link: linkOfCompared(each.run.scenario),
    }))
    return library.keepComparison(name, runs)
  }

  /** Keeps the sweep on screen once it has come to an end, however it did. */
  keepSweep = (titleOf: (scenario: Scenario) => string): void => {
    const {library, sweep} = this.#page
    const record = sweepRecord(sweep, titleOf)
    if (record !== null) void library.keepSweep(record, sweep.orderedRows)
  }

  /** Keeps the search on screen once it has come to an end, or was stopped. */
  keepSearch = async (titleOf: (scenario: Scenario) => string): Promise<void> => {
    const {library, search, prices} = this.#page
    const {keepSearch} = await import('../library/search-records.ts')
    await keepSearch(search, {library, currency: prices.currency, titleOf})
  }

  #loadScenario(scenario: Scenario, profileSha256: string | null | undefined): void {
    this.#page.profiles.opened(scenario, profileSha256)
    this.#page.scenario.compareWith(presetOf(scenario)?.id ?? null)
    this.#page.scenario.load(scenario)
  }
}
