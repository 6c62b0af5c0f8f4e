import {isObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {parsePlannerConfig} from '../planner/planner-config.ts'
import {parsePlannerConfig16} from '../planner/planner-config-1.6.ts'
import {releaseOfPlanner} from '../planner/release-of-planner.ts'
import {translatePlanner} from '../planner/translate-planner.ts'
import {defaultScenario} from '../presets.ts'
import {RELEASES, type Release} from '../release.ts'
import {releaseOf} from '../releases/release-forms.ts'
import {withRelease} from '../releases/with-release.ts'
import {type DynamoScaling, poolsOf, type Scenario} from '../scenario.ts'
import type {Arguments} from './arguments.ts'
import {engineJson, flagsFromScenario, formatCommand, plannerJson} from './command-line.ts'
import type {FlagInputs} from './flags.ts'
import {ENGINE_FLAGS, releaseOfFlags} from './flags-1.6.ts'
import {scenarioFromFlags} from './scenario-from-flags.ts'

/** What `--translate-config` prints: each config under the name of its flag, with underscores. */
export interface TranslatedFlags {
  /** The release it is written for now. */
  readonly dynamo: Release
  readonly planner_config?: unknown
  readonly extra_engine_args?: unknown
  readonly prefill_engine_args?: unknown
  readonly decode_engine_args?: unknown
  readonly router_config?: unknown
  /** The whole command line; absent where a planner config came alone. */
  readonly command?: string
  /** A sentence for every key that has no counterpart or means something else there. */
  readonly notes: readonly string[]
}

/** The configs of a command line as the other release would be given them; nothing runs. */
export function translateFlags(args: Arguments, inputs: FlagInputs): Result<TranslatedFlags> {
  const {flags} = args
  const to = flags.get('--translate-config') as Release
  const config = inputs.plannerConfig
  const from = sourceOf(flags, config, to)
  if (from === to) return fail(`--translate-config: this is written for ${to} already`, '--translate-config')
  const hasEngines = ENGINE_FLAGS.some(flag => flags.has(flag))
  if (!hasEngines && config !== undefined) return translatePlannerAlone(config, from, to)
  const own = new Map([...flags, ['--dynamo', from]])
  const described = scenarioFromFlags({...args, flags: own}, inputs)
  if (!described.ok) return described
  const {scenario, notices} = described.value
  const translated = withRelease(scenario, to)
  return ok({
    ...configsOf(translated.scenario, args.positionals[0] ?? 'TRACE'),
    notes: [...notices, ...translated.notes],
  })
}

/** As named, or as the form of the engine args or the keys of the planner config say; else the one not asked for. */
function sourceOf(flags: ReadonlyMap<string, string>, config: unknown, to: Release): Release {
  if (flags.has('--dynamo') || ENGINE_FLAGS.some(flag => flags.has(flag))) return releaseOfFlags(flags)
  const other = RELEASES.find(release => release !== to)!
  return isObject(config) ? releaseOfPlanner(config, other) : other
}

/** Without engine args a replica has the GPUs that the config itself says, or one. */
function translatePlannerAlone(value: unknown, from: Release, to: Release): Result<TranslatedFlags> {
  const parsed = from === '1.6.1' ? parsePlannerConfig16(value) : parsePlannerConfig(value)
  if (!parsed.ok) return fail(`--planner-config: ${parsed.error.message}`, parsed.error.field)
  const {config, warnings} = parsed.value
  const gpus = Math.max(config.prefill_engine_num_gpu ?? 1, config.decode_engine_num_gpu ?? 1)
  const scaling = {policy: 'dynamo', release: from, config} as DynamoScaling
  const translated = translatePlanner(scaling, to, gpus)
  return ok({
    dynamo: to,
    planner_config: JSON.parse(plannerJson({...defaultScenario(), scaling: translated.scaling}, 'ours')!),
    notes: [...warnings, ...translated.notes],
  })
}

function configsOf(scenario: Scenario, trace: string): Omit<TranslatedFlags, 'notes'> {
  const release = releaseOf(scenario)
  const planner = plannerJson(scenario, 'ours')
  const engines = poolsOf(scenario.fleet).map(([name, {args}]) => [
    name === 'agg' ? 'extra_engine_args' : `${name}_engine_args`,
    JSON.parse(engineJson(scenario, args, release === '1.2.1' ? 'ours' : 'reference')),
  ])
  const {ours} = flagsFromScenario(scenario, {trace})
  const router = ours[ours.indexOf('--router-config') + 1]
  return {
    dynamo: release,
    ...(planner === null ? {} : {planner_config: JSON.parse(planner)}),
    ...Object.fromEntries(engines),
    ...(ours.includes('--router-config') ? {router_config: JSON.parse(router!)} : {}),
    command: formatCommand('planner-replay', ours),
  }
}
