import {assembleScenario} from '../../../config/assemble-scenario.ts'
import {warningsOf} from '../../../config/checks/warnings.ts'
import {estimatesPrefill, parseAicPerf} from '../../../config/engine/aic-perf.ts'
import {DEFAULT_BLOCK_SIZES} from '../../../config/engine/engine-args.ts'
import type {FieldValue} from '../../../config/field-text.ts'
import {objectiveOfParts} from '../../../config/objective.ts'
import {findPreset, type Preset, START_PRESET_ID} from '../../../config/presets.ts'
import {FIRST_RELEASE, type Release} from '../../../config/release.ts'
import {type FieldValues, formsOf, releaseOf} from '../../../config/releases/release-forms.ts'
import {withRelease} from '../../../config/releases/with-release.ts'
import {
  type AicPerfConfig,
  type DynamoScaling,
  type EngineArgs,
  type EngineTiming,
  type Fleet,
  isSameTrace,
  type PoolSpec,
  type RouterConfig,
  type RouterMode,
  type Scaling,
  type Scenario,
  type ServiceObjective,
  type SyntheticSpec,
  type TraceSource,
} from '../../../config/scenario.ts'
import {scenarioField} from '../../../config/scenario-fields.ts'
import type {TraceReading} from '../../../config/trace-reading.ts'
import {assert} from '../../../core/assert.ts'
import {isEqual} from '../../../core/is-equal.ts'
import {fail, type Problem, type Result} from '../../../core/result.ts'
import {type DraftValue, type Values, valuesOf} from '../../kit/form/draft.ts'
import {traceReadingOf} from '../trace/trace-reading.ts'
import {checkWhole, objectiveParts, ofRouter, type PartValues} from './form-checks.ts'
import {
  engineValuesOf,
  type FormPart,
  fieldsOf,
  type PoolPart,
  poolOf,
  poolParts,
  WORKER_TYPES,
} from './form-parts.ts'
import {PolicyDraft} from './policy-draft.svelte.ts'
import {draftsOfScenario, type PartDrafts} from './scenario-drafts.ts'

interface Checked {
  readonly scenario: Scenario | null
  /** By `part.key`; a part's own problem without a field is `part.`. */
  readonly problems: ReadonlyMap<string, string>
  readonly notices: readonly string[]
}

const FIRST_PRESET = firstPreset()

function firstPreset(): Preset {
  const first = findPreset(START_PRESET_ID)
  assert(first !== null, 'there is the preset that the page opens with')
  return first
}

/** The scenario being edited: drafts of every field, and the scenario they make when all of them are right. */
export class ScenarioState {
  /** Whose engine and planner are replayed; changed by `chooseRelease`. */
  #release: Release = $state(FIRST_RELEASE)
  /** What a change of release could not carry over, in a sentence each. */
  translationNotes: readonly string[] = $state.raw([])
  /** What the release was changed from and into, to be taken back without loss. */
  #translated: {readonly from: Scenario; readonly to: Scenario} | null = null
  trace: TraceSource = $state.raw(FIRST_PRESET.scenario.trace)
  timing: EngineTiming = $state('polynomial')
  /** Generated traffic in place of the trace. */
  isGenerated = $state(false)
  topology: Fleet['topology'] = $state('agg')
  routerMode: RouterMode = $state('round_robin')
  /** Who scales. */
  readonly policy = new PolicyDraft()
  /** What marks and resets refer to. */
  preset: Preset = $state.raw(FIRST_PRESET)
  #drafts: PartDrafts = $state(draftsOfScenario(FIRST_PRESET.scenario))
  /** What was loaded last: a change of release starts from it where a field is wrong. */
  #loaded: Scenario = $state.raw(FIRST_PRESET.scenario)

  /** The preset as the form's release would be given it. */
  readonly #presetScenario: Scenario = $derived(withRelease(this.preset.scenario, this.#release).scenario)
  readonly #presetDrafts: PartDrafts = $derived(draftsOfScenario(this.#presetScenario))
  readonly #checked: Checked = $derived.by(() => this.#check())
  /** What is easily read wrong, by the field it stands at. */
  readonly warnings: ReadonlyMap<string, string> = $derived(
    new Map(
      (this.scenario === null ? [] : warningsOf(this.scenario)).map(({field, message}) => [field, message]),
    ),
  )

  constructor() {
    this.load(this.preset.scenario)
  }

  load(scenario: Scenario): void {
    this.#release = releaseOf(scenario)
    this.translationNotes = []
    this.#translated = null
    this.trace = scenario.trace
    this.timing = scenario.engineTiming
    this.isGenerated = scenario.synthetic !== undefined
    this.topology = scenario.fleet.topology
    this.routerMode = scenario.routerMode
    this.policy.load(scenario.scaling)
    this.#drafts = draftsOfScenario(scenario)
    this.#loaded = scenario
  }

  get release(): Release {
    return this.#release
  }

  /** The same scenario under another release; what has no counterpart there is told. */
  chooseRelease(release: Release): void {
    if (release === this.#release) return
    const from = this.scenario ?? this.#loaded
    const back = this.#translated
    if (back !== null && isEqual(from, back.to) && releaseOf(back.from) === release) {
      this.load(back.from)
      return
    }
    const isWrong = this.scenario === null
    const {scenario: to, notes} = withRelease(from, release)
    this.load(to)
    this.translationNotes = isWrong ? ['Fields with a problem are as they were before.', ...notes] : notes
    this.#translated = {from, to}
  }

  choosePreset(id: string): void {
    const preset = findPreset(id)
    if (preset === null) return
    this.preset = preset
    this.load(preset.scenario)
  }

  /** What marks and resets refer to from now on, without touching the scenario. */
  compareWith(presetId: string | null): void {
    this.preset = (presetId === null ? null : findPreset(presetId)) ?? this.preset
  }

  /** Another trace; what was said of the old one's format does not hold for it unless it was read by it. */
  useTrace(source: TraceSource, isDetected: boolean): void {
    // The same trace chosen again is not read again: for that moment nothing could be run.
    if (!isSameTrace(this.trace, source)) this.trace = source
    // A seed means nothing to another trace.
    this.set('trace', 'trace_seed', '')
    if (!isDetected) return
    this.set('trace', 'trace_format', '')
    this.set('trace', 'trace_columns', '')
    this.set('trace', 'trace_leave_out', '')
  }

  /** Times every pool by a recorded profile. */
  useProfile(name: string): void {
    this.timing = 'profile'
    for (const part of poolParts(this.topology)) this.set(part, 'planner_profile_data', name)
  }

  resetToPreset = (): void => {
    this.load(this.preset.scenario)
  }

  get hasPlanner(): boolean {
    return this.policy.policy === 'dynamo'
  }

  /** A policy without targets of its own is judged by the planner's, unless something else is said. */
  choosePolicy(policy: Scaling['policy']): void {
    const {planner, objective} = this.#drafts
    const isJudged = objective.ttft_ms !== '' || objective.itl_ms !== ''
    if (this.hasPlanner && planner.optimization_target === 'sla' && !isJudged && policy !== 'fixed') {
      objective.ttft_ms = planner.ttft ?? ''
      objective.itl_ms = planner.itl ?? ''
    }
    this.policy.policy = policy
  }

  get scenario(): Scenario | null {
    return this.#checked.scenario
  }

  get problems(): ReadonlyMap<string, string> {
    return this.#checked.problems
  }

  get notices(): readonly string[] {
    return this.#checked.notices
  }

  get activeParts(): readonly FormPart[] {
    const only = (isThere: boolean, part: FormPart): readonly FormPart[] => (isThere ? [part] : [])
    return [
      'trace',
      ...only(this.isGenerated, 'traffic'),
      ...poolParts(this.topology),
      ...only(this.routerMode === 'kv_router', 'router'),
      ...only(this.hasPlanner, 'planner'),
      'objective',
      'run',
    ]
  }

  draft(part: FormPart, key: string): DraftValue {
    return this.#drafts[part][key] ?? ''
  }

  set(part: FormPart, key: string, value: DraftValue): void {
    if (key === 'engine_type') this.#followBlockSize(part, String(value))
    this.#drafts[part][key] = value
  }

  /** An untouched block size is the engine's own default, and so changes with the engine. */
  #followBlockSize(part: FormPart, engineType: string): void {
    const drafts = this.#drafts[part]
    const sizes: Readonly<Record<string, number | undefined>> = DEFAULT_BLOCK_SIZES
    if (drafts.block_size === String(sizes[String(drafts.engine_type)] ?? ''))
      drafts.block_size = String(sizes[engineType] ?? '')
  }

  /** The preset's draft of a field, if the current one differs. */
  changedFrom(part: FormPart, key: string): DraftValue | undefined {
    const preset = this.#presetDrafts[part][key] ?? ''
    return preset === this.draft(part, key) ? undefined : preset
  }

  get changedCount(): number {
    const scenario = this.#presetScenario
    const fields = this.activeParts.flatMap(part =>
      fieldsOf(this.#release)[part].filter(field => this.changedFrom(part, field.key) !== undefined),
    )
    const choices = [
      this.#release !== releaseOf(this.preset.scenario),
      this.timing !== scenario.engineTiming,
      this.isGenerated !== (scenario.synthetic !== undefined),
      this.policy.policy !== scenario.scaling.policy,
      this.topology !== scenario.fleet.topology,
      this.routerMode !== scenario.routerMode,
      !isSameTrace(this.trace, scenario.trace),
    ]
    return fields.length + choices.filter(Boolean).length
  }

  /** How the trace is to be read, even while another field is wrong. */
  get traceReading(): Result<TraceReading> {
    const {values, problems} = valuesOf(fieldsOf(this.#release).trace, this.#drafts.trace)
    const [first] = problems.values()
    return first === undefined ? traceReadingOf(values, this.#release) : fail(first)
  }

  /** Seed the trace is made anew with; null = it is read as it is. */
  get traceSeed(): number | null {
    const reading = this.traceReading
    return reading.ok ? (reading.value.traceSeed ?? null) : null
  }

  #check(): Checked {
    const problems = new Map<string, string>()
    const values = {} as PartValues
    const forms = formsOf(this.#release)
    for (const part of this.activeParts) {
      const checked = valuesOf(fieldsOf(this.#release)[part], this.#drafts[part])
      values[part] = checked.values
      for (const [key, message] of checked.problems) problems.set(`${part}.${key}`, message)
    }
    const notices: string[] = []
    const note = (part: FormPart, {message, field = ''}: Problem) => {
      const name = field.startsWith(`${part}.`) ? field : `${part}.${field}`
      // The sentence stands at the field, so it need not say which part of the form it is about.
      if (!problems.has(name)) problems.set(name, message.replace(`${part} args: `, ''))
    }
    const pools = new Map<PoolPart, EngineArgs>()
    for (const part of poolParts(this.topology)) {
      const reading = {flag: `${part} args`, workerType: WORKER_TYPES[part], engineTiming: this.timing}
      const parsed = forms.readEngine(engineValuesOf(values[part]), reading)
      if (!parsed.ok) note(part, parsed.error)
      else {
        pools.set(part, parsed.value.args)
        notices.push(...parsed.value.notices)
      }
    }
    const planner = this.hasPlanner
      ? forms.readPlanner({...(values.planner as FieldValues), mode: this.topology})
      : null
    if (planner !== null && !planner.ok) note('planner', planner.error)
    const objective = objectiveOfParts(
      objectiveParts(values),
      planner?.ok ? planner.value.scaling.config : null,
    )
    if (!objective.ok) note('objective', objective.error)
    const reading = traceReadingOf(values.trace, this.#release)
    if (!reading.ok) note('trace', reading.error)
    const traffic = this.isGenerated ? forms.readTraffic(values.traffic as FieldValues) : null
    if (traffic !== null && !traffic.ok) note('traffic', traffic.error)
    const router =
      this.routerMode === 'kv_router' ? forms.readRouter(this.#routerOptions(values.router)) : null
    if (router !== null && !router.ok) note('router', ofRouter(router.error))
    const aicPerf = router === null ? null : parseAicPerf(values.router)
    if (aicPerf !== null && !aicPerf.ok) note('router', aicPerf.error)
    const {parsed: other, problem: otherProblem} = this.policy
    if (otherProblem !== undefined) problems.set('policy.settings', otherProblem)
    else if (other?.ok) notices.push(...other.value.notices)
    if (problems.size > 0 || !reading.ok) return {scenario: null, problems, notices}
    if (planner?.ok) notices.push(...planner.value.warnings)
    const scenario = this.#assemble(values, pools, {
      planner: planner?.ok ? planner.value.scaling : null,
      objective: objective.ok ? objective.value : null,
      traffic: traffic?.ok ? traffic.value : null,
      router: router?.ok ? router.value.config : null,
      aicPerf: aicPerf?.ok ? aicPerf.value : null,
    })
    const problem = checkWhole(scenario)
    if (problem !== null) problems.set(problem.field, problem.message)
    return {scenario: problem === null ? scenario : null, problems, notices}
  }

  #assemble(values: PartValues, pools: ReadonlyMap<PoolPart, EngineArgs>, parts: AssembledParts): Scenario {
    const pool = (part: PoolPart): PoolSpec => {
      const args = pools.get(part)
      assert(args !== undefined, `the ${part} pool was parsed`)
      return poolOf(values[part], args)
    }
    const fleet: Fleet =
      this.topology === 'agg'
        ? {topology: 'agg', workers: pool('engine')}
        : {topology: 'disagg', prefill: pool('prefill'), decode: pool('decode')}
    const {planner, objective, traffic, router, aicPerf} = parts
    const {scenario} = assembleScenario(
      {
        ...(this.#release === FIRST_RELEASE ? {} : {release: this.#release}),
        engineTiming: this.timing,
        trace: this.trace,
        ...(traffic === null ? {} : {synthetic: traffic}),
        fleet,
        ...(router === null || this.#isDefaultRouter(router) ? {} : {routerConfig: router}),
        scaling: this.#scaling(planner),
        ...(objective === null ? {} : {objective}),
      },
      this.#ownValues(values),
    )
    return aicPerf !== null && estimatesPrefill(scenario) ? {...scenario, aicPerf} : scenario
  }

  #scaling(planner: DynamoScaling | null): Scaling {
    const {scaling} = this.policy
    return scaling.ok && scaling.value !== null ? scaling.value : (planner ?? {policy: 'fixed'})
  }

  /** The model behind the router's estimates stands in the same part of the form and is no option of the router. */
  #routerOptions(values: Values): Values {
    const known = formsOf(this.#release).defaultRouter
    return Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(known, key)))
  }

  /** Options left out; readers of 1.6.1 say them all, so there they stay. */
  #isDefaultRouter(config: RouterConfig): boolean {
    return this.#release === FIRST_RELEASE && isEqual(config, formsOf(this.#release).defaultRouter)
  }

  /** What does nothing in this run is not part of it. */
  #ownValues({trace, run}: PartValues): Record<string, FieldValue> {
    const own = {...trace, ...run, engine_timing: this.timing, router_mode: this.routerMode}
    const isIdle = (key: string) => scenarioField(key)?.needs === 'planner' && !this.policy.hasPhase
    return Object.fromEntries(Object.entries(own).filter(([key]) => !isIdle(key))) as Record<
      string,
      FieldValue
    >
  }
}

interface AssembledParts {
  readonly planner: DynamoScaling | null
  /** null = judged by the planner's targets. */
  readonly objective: ServiceObjective | null
  /** null = the trace is replayed. */
  readonly traffic: SyntheticSpec | null
  /** null = the router has no options. */
  readonly router: RouterConfig | null
  readonly aicPerf: AicPerfConfig | null
}
