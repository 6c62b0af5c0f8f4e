import {fail, ok, type Result} from '../../core/result.ts'
import {parseArguments} from '../command-line/arguments.ts'
import {checkFlags} from '../command-line/flags.ts'
import {scenarioFromFlags} from '../command-line/scenario-from-flags.ts'
import type {PoolName, PoolSpec, Scenario, TraceSource} from '../scenario.ts'
import {type EngineSection, readEngineSection} from './engine-section.ts'
import {readEvaluationSection, readPlannerSection, readRouterSection} from './policy-sections.ts'
import {any, readSection} from './read-section.ts'
import {readTrafficSection} from './traffic-section.ts'
import type {PredictionModels, Retiming} from './worker-section.ts'

export interface PredictionInputs {
  readonly models: PredictionModels
  /** The trace of the path the file names. */
  readonly traceOf: (path: string) => TraceSource
}

export interface ScenarioOfPrediction {
  readonly scenario: Scenario
  /** null = generated traffic. */
  readonly tracePath: string | null
  readonly notices: readonly string[]
}

const SECTIONS = ['traffic', 'engine', 'evaluation', 'execution', 'planner', 'router']

/**
 * The scenario of a file of `aisimulate predict --stack dynamo` (release 1.6.1), parsed from YAML. The file becomes the
 * keywords of the replay call, as in the reference, and those a scenario by their own reader, rules and messages. What a
 * replay here does not follow is refused by name.
 */
export function scenarioFromPrediction(
  document: unknown,
  inputs: PredictionInputs,
): Result<ScenarioOfPrediction> {
  const file = readSection(
    '',
    document,
    Object.fromEntries([...SECTIONS, ...RECOMMENDED].map(key => [key, any])),
  )
  if (!file.ok) return file
  const foreign = RECOMMENDED.find(key => file.value[key] !== undefined)
  if (foreign !== undefined)
    return fail(`${foreign} is for recommend: a prediction has one configuration`, foreign)
  const {
    traffic: trafficValue,
    engine: engineValue,
    evaluation,
    planner: plannerValue,
    router: routerValue,
  } = file.value
  if (engineValue === undefined) return fail('engine is missing', 'engine')
  const traffic = readTrafficSection(trafficValue)
  if (!traffic.ok) return traffic
  const engine = readEngineSection(engineValue, inputs.models)
  if (!engine.ok) return engine
  const sla = readEvaluationSection(evaluation)
  if (!sla.ok) return sla
  const {isDisagg, gpus} = engine.value
  const planner = readPlannerSection(plannerValue, {isDisagg, gpus, sla: sla.value})
  if (!planner.ok) return planner
  const router = readRouterSection(routerValue)
  if (!router.ok) return router
  const bounds = Object.entries(sla.value).map(
    ([key, ms]) => [`--sla-${key.replace('_', '-')}`, String(ms)] as const,
  )
  const metadata =
    planner.value === null ? [] : [['--performance-model-metadata', metadataOf(engine.value)] as const]
  const {tracePath} = traffic.value
  const args = parseArguments([
    '--dynamo=1.6.1',
    ...[...traffic.value.flags, ...engine.value.flags, ...router.value, ...bounds, ...metadata].map(
      ([flag, value]) => `${flag}=${value}`,
    ),
    ...(tracePath === null ? [] : ['--', tracePath]),
  ])
  if (!args.ok) return args
  const checked = checkFlags(args.value)
  if (!checked.ok) return checked
  const described = scenarioFromFlags(args.value, {
    trace: inputs.traceOf(tracePath ?? ''),
    plannerConfig: planner.value ?? undefined,
  })
  if (!described.ok) return described
  const {scenario, notices} = described.value
  return ok({scenario: retime(scenario, engine.value.retimed), tracePath, notices})
}

/** Sections of a search. */
const RECOMMENDED = ['optimization', 'optimizer'] as const

function metadataOf({identities}: EngineSection): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(identities).map(([role, config]) => [role, {provider: 'ais', config}])),
  )
}

function retime(scenario: Scenario, retimed: EngineSection['retimed']): Scenario {
  const {fleet} = scenario
  const pool = (name: PoolName, spec: PoolSpec): PoolSpec => {
    const own: Retiming | undefined = retimed[name]
    return own === undefined ? spec : {...spec, args: {...spec.args, ...own}}
  }
  const timed =
    fleet.topology === 'agg'
      ? {...fleet, workers: pool('agg', fleet.workers)}
      : {...fleet, prefill: pool('prefill', fleet.prefill), decode: pool('decode', fleet.decode)}
  const main = timed.topology === 'agg' ? timed.workers : timed.decode
  return {...scenario, fleet: timed, engineTiming: main.args.timing ?? scenario.engineTiming}
}
