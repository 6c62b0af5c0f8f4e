import {assembleScenario} from '../../../config/assemble-scenario.ts'
import {checkScenario} from '../../../config/checks/scenario-rules.ts'
import {warningsOf} from '../../../config/checks/warnings.ts'
import {DEFAULT_AIC_PERF, estimatesPrefill, parseAicPerf} from '../../../config/engine/aic-perf.ts'
import {DEFAULT_BLOCK_SIZES, parseEngineArgs} from '../../../config/engine/engine-args.ts'
import {DEFAULT_ROUTER_CONFIG, parseRouterConfig} from '../../../config/engine/router-config.ts'
import type {FieldValue} from '../../../config/field-text.ts'
import {DEFAULT_SHARE, type ObjectiveParts, objectiveOfParts} from '../../../config/objective.ts'
import {parsePlannerConfig} from '../../../config/planner/planner-config.ts'
import {findPreset, PRESETS, type Preset, plannerConfigWith} from '../../../config/presets.ts'
import {
  type AicPerfConfig,
  type EngineArgs,
  type EngineTiming,
  type Fleet,
  isSameTrace,
  type PlannerConfig,
  type PoolSpec,
  plannerOf,
  type RouterConfig,
  type RouterMode,
  type Scaling,
  type Scenario,
  type ServiceObjective,
  type SyntheticSpec,
  scalingBy,
  type TraceSource,
  type WorkerType,
} from '../../../config/scenario.ts'
import {scenarioField, scenarioValues} from '../../../config/scenario-fields.ts'
import {checkSynthetic} from '../../../config/synthetic-fields.ts'
import {assert} from '../../../core/assert.ts'
import {fail, type Problem, type Result} from '../../../core/result.ts'
import {type Drafts, type DraftValue, draftsOf, type Values, valuesOf} from '../../kit/form/draft.ts'
import {type TraceReading, traceReadingOf} from '../trace/trace-reading.ts'
import {
  engineArgsOf,
  FIELDS_OF,
  FIRST_TRAFFIC,
  type FormPart,
  formFieldOf,
  type PoolPart,
  poolOf,
  poolParts,
  valuesOfPool,
} from './form-parts.ts'
import {PolicyDraft} from './policy-draft.svelte.ts'

type PartDrafts = Record<FormPart, Drafts>
type PartValues = Record<FormPart, Values>

interface Checked {
  readonly scenario: Scenario | null
  /** By `part.key`; a part's own problem without a field is `part.`. */
  readonly problems: ReadonlyMap<string, string>
  readonly notices: readonly string[]
}

const FIRST_PRESET = firstPreset()

function firstPreset(): Preset {
  const [first] = PRESETS
  assert(first !== undefined, 'there is a preset')
  return first
}

/** The scenario being edited: drafts of every field, and the scenario they make when all of them are right. */
export class ScenarioState {
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
  /** Carried through unedited. */
  #rest: Scenario = $state.raw(FIRST_PRESET.scenario)

  readonly #presetDrafts: PartDrafts = $derived(draftsOfScenario(this.preset.scenario))
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
    this.trace = scenario.trace
    this.timing = scenario.engineTiming
    this.isGenerated = scenario.synthetic !== undefined
    this.topology = scenario.fleet.topology
    this.routerMode = scenario.routerMode
    this.policy.load(scenario.scaling)
    this.#drafts = draftsOfScenario(scenario)
    this.#rest = scenario
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
    const {scenario} = this.preset
    const fields = this.activeParts.flatMap(part =>
      FIELDS_OF[part].filter(field => this.changedFrom(part, field.key) !== undefined),
    )
    const choices = [
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
    const {values, problems} = valuesOf(FIELDS_OF.trace, this.#drafts.trace)
    const [first] = problems.values()
    return first === undefined ? traceReadingOf(values) : fail(first)
  }

  /** Seed the trace is made anew with; null = it is read as it is. */
  get traceSeed(): number | null {
    const reading = this.traceReading
    return reading.ok ? (reading.value.traceSeed ?? null) : null
  }

  #check(): Checked {
    const problems = new Map<string, string>()
    const values = {} as PartValues
    for (const part of this.activeParts) {
      const checked = valuesOf(FIELDS_OF[part], this.#drafts[part])
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
      const parsed = parseEngineArgs(engineArgsOf(values[part]), {flag: `${part} args`})
      if (!parsed.ok) note(part, parsed.error)
      else {
        pools.set(part, parsed.value.args)
        notices.push(...parsed.value.notices)
      }
    }
    const planner = this.hasPlanner ? parsePlannerConfig({...values.planner, mode: this.topology}) : null
    if (planner !== null && !planner.ok) note('planner', planner.error)
    const objective = objectiveOfParts(objectiveParts(values), planner?.ok ? planner.value.config : null)
    if (!objective.ok) note('objective', objective.error)
    const reading = traceReadingOf(values.trace)
    if (!reading.ok) note('trace', reading.error)
    const traffic = this.isGenerated ? checkSynthetic(values.traffic as unknown as SyntheticSpec) : null
    if (traffic !== null && !traffic.ok) note('traffic', traffic.error)
    const router = this.routerMode === 'kv_router' ? parseRouterConfig(values.router) : null
    if (router !== null && !router.ok) note('router', ofRouter(router.error))
    const aicPerf = router === null ? null : parseAicPerf(values.router)
    if (aicPerf !== null && !aicPerf.ok) note('router', aicPerf.error)
    const {parsed: other, problem: otherProblem} = this.policy
    if (otherProblem !== undefined) problems.set('policy.settings', otherProblem)
    else if (other?.ok) notices.push(...other.value.notices)
    if (problems.size > 0 || !reading.ok) return {scenario: null, problems, notices}
    if (planner?.ok) notices.push(...planner.value.warnings)
    const scenario = this.#assemble(values, pools, {
      planner: planner?.ok ? planner.value.config : null,
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
    // Only what no part of the form shows is taken over from the scenario that was loaded.
    const {release} = this.#rest
    const {scenario} = assembleScenario(
      {
        ...(release === undefined ? {} : {release}),
        trace: this.trace,
        ...(traffic === null ? {} : {synthetic: traffic}),
        fleet,
        ...(router === null || isDefaultRouter(router) ? {} : {routerConfig: router}),
        scaling: this.#scaling(planner),
        ...(objective === null ? {} : {objective}),
      },
      this.#ownValues(values),
    )
    return aicPerf !== null && estimatesPrefill(scenario) ? {...scenario, aicPerf} : scenario
  }

  #scaling(planner: PlannerConfig | null): Scaling {
    const {scaling} = this.policy
    return scaling.ok && scaling.value !== null ? scaling.value : scalingBy(planner)
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
  readonly planner: PlannerConfig | null
  /** null = judged by the planner's targets. */
  readonly objective: ServiceObjective | null
  /** null = the trace is replayed. */
  readonly traffic: SyntheticSpec | null
  /** null = the router has no options. */
  readonly router: RouterConfig | null
  readonly aicPerf: AicPerfConfig | null
}

function objectiveParts({objective: {ttft_ms, itl_ms, share}}: PartValues): ObjectiveParts {
  return {ttftMs: ttft_ms as number | null, itlMs: itl_ms as number | null, share: share as number}
}

/** The flag's messages and fields, as they stand in the form. */
function ofRouter({message, field = ''}: Problem): Problem {
  return {message: message.replace('--router-config: ', ''), field: field.replace('routerConfig.', '')}
}

function isDefaultRouter(config: RouterConfig): boolean {
  return Object.entries(DEFAULT_ROUTER_CONFIG).every(
    ([key, value]) => config[key as keyof RouterConfig] === value,
  )
}

/** What does not fit together, at the field it is mended at. */
function checkWhole(scenario: Scenario): {readonly field: string; readonly message: string} | null {
  const checked = checkScenario(scenario)
  if (checked.ok) return null
  const field = formFieldOf(checked.error.field ?? '', scenario.fleet.topology)
  return field === null ? null : {field, message: checked.error.message}
}

/** Parts a scenario does not have are filled from the guide, for when they are switched on. */
function draftsOfScenario(scenario: Scenario): PartDrafts {
  const {fleet} = scenario
  const any = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const planner = plannerOf(scenario) ?? plannerConfigWith(fleet.topology, {})
  const as = (workerType: WorkerType): PoolSpec => ({...any, args: {...any.args, worker_type: workerType}})
  const pools: Record<PoolPart, PoolSpec> =
    fleet.topology === 'agg'
      ? {engine: fleet.workers, prefill: as('prefill'), decode: as('decode')}
      : {engine: as('aggregated'), prefill: fleet.prefill, decode: fleet.decode}
  const poolDrafts = (part: PoolPart): Drafts => draftsOf(FIELDS_OF[part], valuesOfPool(pools[part]))
  return {
    trace: draftsOf(FIELDS_OF.trace, scenarioValues(scenario)),
    traffic: draftsOf(FIELDS_OF.traffic, {...(scenario.synthetic ?? FIRST_TRAFFIC)}),
    engine: poolDrafts('engine'),
    prefill: poolDrafts('prefill'),
    decode: poolDrafts('decode'),
    router: draftsOf(FIELDS_OF.router, {
      ...(scenario.routerConfig ?? DEFAULT_ROUTER_CONFIG),
      ...(scenario.aicPerf ?? DEFAULT_AIC_PERF),
    }),
    planner: draftsOf(FIELDS_OF.planner, {...planner}),
    objective: draftsOf(FIELDS_OF.objective, {
      ttft_ms: scenario.objective?.ttftMs ?? null,
      itl_ms: scenario.objective?.itlMs ?? null,
      share: scenario.objective?.share ?? DEFAULT_SHARE,
    }),
    run: draftsOf(FIELDS_OF.run, scenarioValues(scenario)),
  }
}
