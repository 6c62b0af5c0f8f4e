import {findPreset} from '../../../config/presets.ts'
import {RELEASES} from '../../../config/release.ts'
import {withRelease} from '../../../config/releases/with-release.ts'
import {isSameTrace, type Scenario, type ServiceObjective} from '../../../config/scenario.ts'
import {isEqual} from '../../../core/is-equal.ts'
import type {Remedy} from '../../../report/findings/finding.ts'
import type {LibraryNews} from '../../../store/library-news.ts'
import type {LibraryStore} from '../../../store/library-store.ts'
import type {ModelStore} from '../../../store/model-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {AnswerState} from '../answer/answer.svelte.ts'
import {changedScenario} from '../answer/changed-scenario.ts'
import type {BenchState} from '../bench/bench.svelte.ts'
import {ComparisonState} from '../compare/comparison.svelte.ts'
import {GpuState} from '../gpu/gpu.svelte.ts'
import {LibraryState} from '../library/library.svelte.ts'
import {comparedFromLink, type ViewId} from '../links/page-link.ts'
import {ViewState} from '../links/view.svelte.ts'
import {PriceTable} from '../money/price-table.svelte.ts'
import {BatchState} from '../run/batch.svelte.ts'
import {memoryVerdict} from '../run/memory-verdict.ts'
import {type FinishedRun, type RunFiles, RunState} from '../run/run.svelte.ts'
import {isLinkOf, LinkState} from '../scenario/link.svelte.ts'
import {nameOfRun, scenarioSentence} from '../scenario/run-names.ts'
import {ScenarioState} from '../scenario/scenario.svelte.ts'
import type {SearchState} from '../search/search.svelte.ts'
import type {SweepState} from '../sweep/sweep.svelte.ts'
import {TraceState} from '../trace/trace.svelte.ts'
import {withTraceOf} from '../trace/trace-reading.ts'
import {GENERATED_TITLE, TraceTitles} from '../trace/trace-titles.ts'
import type {AddressBar} from './address-bar.ts'
import {whyBlocked} from './blocked.ts'
import {LibraryActions} from './library-actions.ts'
import {LookBack} from './look-back.svelte.ts'
import {ProfileFile} from './profile-file.svelte.ts'

/** What the workbench stands on: the worker, the browser's storage and its address bar. */
export interface WorkbenchHost {
  readonly client: SimulatorClient
  readonly sweep: SweepState
  readonly search: SearchState
  readonly answers: AnswerState
  readonly bench: BenchState
  readonly stores: LibraryStore
  readonly models: ModelStore
  readonly news: LibraryNews | null
  readonly address: AddressBar
  /** What the browser tells of the machine's memory. */
  readonly deviceGib: number | undefined
  /** Fetches the script that shows results, while the first one is computed. */
  readonly fetchResultsView: () => void
}

/**
 * The page without its picture: every part of its state, and what joins them. A part knows nothing of the others; what
 * concerns two of them (a run needs its trace, a finished one is kept, a link asks for a comparison) stands here.
 */
export class Workbench {
  readonly scenario = new ScenarioState()
  readonly view = new ViewState()
  readonly link = new LinkState(this.scenario, this.view)
  readonly trace: TraceState
  readonly titles: TraceTitles
  readonly run: RunState
  readonly gpu: GpuState
  readonly library: LibraryState
  readonly comparison: ComparisonState
  readonly batch: BatchState
  readonly sweep: SweepState
  readonly search: SearchState
  readonly answers: AnswerState
  readonly bench: BenchState
  readonly actions: LibraryActions
  readonly prices = new PriceTable()
  readonly profiles: ProfileFile
  /** The form folds on narrow screens once there is something to see below it. */
  isPanelOpen = $state(true)
  /** A link or the Library asks for a run, and something it needs is still on its way. */
  #runsWhenReady = $state(false)
  readonly #backward: LookBack
  readonly #host: WorkbenchHost

  constructor(host: WorkbenchHost) {
    const {client, stores} = host
    this.#host = host
    this.trace = new TraceState(client, stores.traces)
    this.titles = new TraceTitles(this.trace)
    this.run = new RunState(client)
    this.gpu = new GpuState(client, host.models)
    this.library = new LibraryState(stores, client, host.news)
    this.profiles = new ProfileFile(this.library, {gpu: this.gpu, models: host.models})
    this.comparison = new ComparisonState(this.library, host.answers.spareHost)
    this.batch = new BatchState(client)
    this.sweep = host.sweep
    this.search = host.search
    this.answers = host.answers
    this.bench = host.bench
    const runWhenReady = () => {
      this.#runsWhenReady = true
    }
    const {library, run, scenario, comparison, sweep, search, prices, trace, view, profiles, goTo} = this
    this.#backward = new LookBack({library, run, scenario, comparison, view, profiles}, host.fetchResultsView)
    this.actions = new LibraryActions({
      ...{library, run, scenario, comparison, sweep, search, prices, trace, view, profiles},
      ...{goTo, runWhenReady},
    })
  }

  get client(): SimulatorClient {
    return this.#host.client
  }

  get isTraceReady(): boolean {
    const {info, loading} = this.trace
    if (this.scenario.isGenerated) return true
    if (info === null || loading !== null) return false
    return isSameTrace(info.source, this.scenario.trace) && info.traceSeed === this.scenario.traceSeed
  }

  get memory() {
    return memoryVerdict(this.scenario.scenario, this.trace.info, this.#host.deviceGib)
  }

  /** Why a run cannot start now; null = it can. */
  readonly blocked: string | null = $derived.by(() =>
    whyBlocked({
      scenario: this.scenario,
      trace: this.trace,
      isBatchRunning: this.batch.isRunning,
      hasProfile: this.profiles.isFor(this.scenario.scenario),
      isTraceReady: this.isTraceReady,
      memory: this.memory,
    }),
  )

  get isBusy(): boolean {
    return [this.run, this.batch, this.sweep, this.search, this.bench].some(({isRunning}) => isRunning)
  }

  /** Of the traffic that is chosen; null while it is not loaded. */
  get requests(): number | null {
    const {scenario} = this.scenario
    if (scenario?.synthetic !== undefined) return scenario.synthetic.request_count
    return this.isTraceReady ? (this.trace.info?.statistics.requests ?? null) : null
  }

  get traceTitle(): string {
    const {isGenerated, trace, traceSeed} = this.scenario
    return isGenerated ? GENERATED_TITLE : this.titles.ofSource(trace, traceSeed)
  }

  /** The scenario in the form, in a sentence. */
  get summary(): string {
    const {scenario} = this.scenario
    return scenario === null ? 'The scenario has a problem' : scenarioSentence(scenario, this.traceTitle)
  }

  /** Whether the result on screen is of another scenario than the form's. */
  readonly isStale: boolean = $derived.by(() => {
    const {finished} = this.run
    return finished !== null && !isEqual(this.scenario.scenario, finished.scenario)
  })

  /** What the last link asked to compare. */
  readonly linkedComparison: readonly Scenario[] = $derived.by(() =>
    this.view.linkedComparison.map(comparedFromLink),
  )

  /** The result on screen in a sentence: what it was run with, whatever the form says now. */
  get finishedSummary(): string {
    const {finished} = this.run
    return finished === null
      ? ''
      : scenarioSentence(finished.scenario, this.titles.ofTraffic(finished.scenario))
  }

  /** Makes the scenario of the result on screen that of the form again. */
  backToFinished = (): void => {
    const {finished} = this.run
    if (finished !== null) this.scenario.load(finished.scenario)
  }

  /** Reads what is stored and what the address asks for. */
  open(): void {
    void this.library.loaded()
    this.readAddress()
    void this.trace.loadCatalogue()
  }

  readAddress = (): void => {
    this.#runsWhenReady = this.link.read(this.#host.address.hash)
    const {linkedSweep, linkedSearch, linkedBench, linkedPrices} = this.view
    const ignored = [
      ...this.prices.readLink(linkedPrices),
      ...this.sweep.readLink(linkedSweep),
      ...this.search.readLink(linkedSearch),
      ...this.bench.readLink(linkedBench),
    ]
    // Before there was one table for all views, a bench had a price of its own.
    const {pricePerGpuHour} = this.bench.choice
    if (linkedPrices.length === 0 && pricePerGpuHour !== null)
      this.prices.readLink([['price', String(pricePerGpuHour)]])
    this.link.ignored = [...this.link.ignored, ...ignored]
    void this.#lookBack()
  }

  /** Brings back what the address shows from what is kept, rather than have it computed again. */
  async #lookBack(): Promise<void> {
    if (await this.#backward.bring(this.linkedComparison)) this.#runsWhenReady = false
  }

  /** Shows a view and puts it into the address bar. */
  goTo = (id: ViewId, topic = this.view.topic): void => {
    const {address} = this.#host
    const hash = this.link.hashOf(id, topic)
    this.view.go(id, topic)
    if (hash !== null && hash !== address.hash) address.push(hash)
    if (id === 'run' && this.run.finished === null) void this.#lookBack()
  }

  /** Puts what is on screen into the address. An entry whose result is on screen is left as it is: Back leads to it. */
  writeAddress(): void {
    const [{hash}, {address}, {finished}] = [this.link, this.#host, this.run]
    if (hash === null || hash === address.hash) return
    if (this.isStale && finished !== null && isLinkOf(address.hash, finished.scenario)) address.push(hash)
    else address.replace(hash)
  }

  /** Runs the scenario in the form. */
  start = (): void => {
    const {scenario} = this.scenario
    if (scenario === null || this.blocked !== null) return
    this.writeAddress()
    this.isPanelOpen = false
    this.#host.fetchResultsView()
    void this.run.start($state.snapshot(scenario) as Scenario, this.files)
  }

  /**
   * Replays a point of a sweep, a search or a bench in full; Back leads there again.
   * @param place where it stands, in words
   */
  openPoint = (point: Scenario, place = ''): void => {
    const {current} = this.view
    this.scenario.load(point)
    this.goTo('run')
    this.view.openedFrom = place === '' || current === 'run' ? null : {place, view: current, scenario: point}
    // As the form holds it, so that the run is told from a later change of the form alone.
    const held = $state.snapshot(this.scenario.scenario) as Scenario | null
    void this.run.start(held ?? point, this.files)
  }

  /** What is to be held, as part of the scenario: links and runs then carry it. */
  setObjective = (objective: ServiceObjective): void => {
    const held = $state.snapshot(this.scenario.scenario) as Scenario | null
    if (held !== null) this.scenario.load({...held, objective})
  }

  /** Replays the run on screen with a change of some knobs, by itself or beside what it was. */
  replayChanged = async (change: Remedy, how: 'open' | 'compare'): Promise<void> => {
    const {finished} = this.run
    const changed = finished === null ? null : await changedScenario(finished.scenario, change)
    if (finished === null || changed === null) return
    if (how === 'open') this.openPoint(changed)
    else await this.compareScenarios([finished.scenario, changed])
  }

  /** Runs scenarios one after the other, keeps them, and compares what came out. */
  async compareScenarios(scenarios: readonly Scenario[]): Promise<void> {
    this.goTo('compare')
    await this.library.loaded()
    // What is kept needs no second run: it would come out the same.
    const missing = scenarios.filter(scenario => this.library.runOf(scenario) === null)
    const named = missing.map(scenario => ({name: nameOfRun(scenario), scenario}))
    const runs = missing.length === 0 ? [] : await this.batch.start(named, this.files)
    if (runs === null) return
    const fresh = new Map(runs.map((run, i) => [missing[i], this.#keep(run)]))
    const ids = scenarios.map(scenario => fresh.get(scenario) ?? this.library.runOf(scenario)?.id)
    await this.comparison.show(ids.filter(id => id !== undefined))
  }

  compareLinked = (): void => {
    void this.compareScenarios(this.linkedComparison)
  }

  /** The guide's two fleets on the trace that is chosen now. */
  compareGuide = (): void => {
    const {scenario} = this.scenario
    if (scenario === null) return
    const pair = ['guide-agg', 'guide-disagg'].flatMap(id => findPreset(id)?.scenario ?? [])
    void this.compareScenarios(pair.map(each => withTraceOf(each, scenario)))
  }

  /** The scenario in the form under every release, the older first. */
  compareReleases = (): void => {
    const {scenario} = this.scenario
    if (scenario === null) return
    const own = $state.snapshot(scenario) as Scenario
    void this.compareScenarios(RELEASES.map(release => withRelease(own, release).scenario))
  }

  /** Files dropped anywhere: engine timing, a trace, or the shards of one. */
  take = async (files: readonly File[]): Promise<void> => {
    const [first] = files
    if (this.run.isRunning || first === undefined) return
    if (files.length === 1 && first.name.endsWith('.npz')) {
      this.useProfile(first)
      return
    }
    const reading = this.scenario.traceReading
    if (!reading.ok) return
    const picked = await this.trace.pickAll(files, reading.value)
    if (picked !== null) this.scenario.useTrace(picked.source, picked.isDetected)
  }

  useProfile = (file: File): void => {
    this.profiles.take(file)
    this.scenario.useProfile(file.name)
  }

  makeRoom = (): void => {
    this.actions.list.makeRoom()
    this.goTo('library')
  }

  /** Searches what would have tipped a decision of the planner. */
  tip: SimulatorClient['computeTipping'] = question => this.#host.client.computeTipping(question)

  /** Loads the trace the scenario names, read as it says. */
  async followTrace(): Promise<void> {
    const reading = this.scenario.traceReading
    if (!reading.ok) return
    const mended = await this.trace.follow(this.scenario.trace, reading.value)
    if (mended !== null) this.scenario.useTrace(mended.source, mended.isDetected)
  }

  /** Keeps a run that has come to its end. */
  keepFinished(): void {
    if (this.run.finished !== null) this.#keep(this.run.finished)
  }

  /** Whether the run on screen can be made again now: nobody waits for another, its traffic is there, and there is room. */
  get canRepeat(): boolean {
    const {finished} = this.run
    if (finished === null || this.isBusy || this.memory.kind !== 'fits') return false
    const {synthetic, trace} = finished.scenario
    const {info, loading} = this.trace
    return synthetic !== undefined || (info !== null && loading === null && isSameTrace(info.source, trace))
  }

  /** Says what there is to say of the run on screen, as far as it takes further runs. */
  answerFinished(): void {
    if (this.run.finished !== null) this.answers.follow(this.run.finished, this.files)
  }

  /** Repeats what is compared, so that the verdict can tell luck from a difference. */
  repeatCompared(): void {
    const {runs, objective, spread} = this.comparison
    if (runs.length >= 2) spread.follow(runs, objective, this.#traceOf)
  }

  /** null = the worker fetches it; undefined = nobody here has it. */
  readonly #traceOf = async ({trace, synthetic}: Scenario): Promise<Blob | null | undefined> => {
    if (synthetic !== undefined) return null
    const {info, file} = this.trace
    if (file !== null && info !== null && isSameTrace(info.source, trace)) return file
    if (trace.kind === 'catalogue') return null
    return (await this.#host.stores.traces.read(trace.sha256)) ?? undefined
  }

  /** Keeps the run on screen once more, after its record was deleted. */
  keepAgain = (): void => {
    const {finished} = this.run
    if (finished !== null) this.library.keepAgain(finished, this.titles.ofTraffic(finished.scenario))
  }

  /** What a link or the Library asked to be run, as soon as nothing is in its way. */
  readonly isDue: boolean = $derived.by(() => {
    if (!this.#runsWhenReady || this.#backward.isUnderWay || this.blocked !== null) return false
    return this.view.current !== 'sweep' || this.sweep.draft.kind !== 'checking'
  })

  runWhatIsDue(): void {
    this.#runsWhenReady = false
    const {current} = this.view
    if (current === 'sweep') void this.sweep.start()
    else if (current === 'compare' && this.linkedComparison.length >= 2) this.compareLinked()
    else if (current !== 'recommend' && current !== 'bench') this.start()
  }

  /** What a run is made from besides its scenario. */
  get files(): RunFiles {
    return {trace: this.trace.file, profile: this.profiles.file}
  }

  /** @returns the record's id */
  #keep(run: FinishedRun): string {
    return this.profiles.keep(run, this.titles.ofTraffic(run.scenario))
  }
}
