import {fail, ok, type Result} from '../core/result.ts'
import {poolsOf, type Scenario} from './scenario.ts'

/**
 * What is specified but not built yet. The page and the command line refuse it by name here and nowhere else, so
 * that building a feature ends with removing its line.
 */
interface Missing {
  /** Key of the form field at fault. */
  readonly field: string
  readonly isWanted: (scenario: Scenario) => boolean
  readonly message: string
}

const MISSING: readonly Missing[] = [
  {
    field: 'engine_type',
    isWanted: scenario => poolsOf(scenario.fleet).some(([, {args}]) => args.engine_type === 'sglang'),
    message: 'engine_type sglang is not there yet; use vllm',
  },
  {
    field: 'routerMode',
    isWanted: scenario => scenario.routerMode === 'kv_router',
    message: '--router-mode kv_router is not there yet; use round_robin',
  },
]

export function checkSupported(scenario: Scenario): Result<Scenario> {
  const missing = MISSING.find(feature => feature.isWanted(scenario))
  return missing === undefined ? ok(scenario) : fail(missing.message, missing.field)
}

/** Whether a choice of the form can be run, so that it can be shown as not there yet. */
export function isSupported(scenario: Scenario): boolean {
  return checkSupported(scenario).ok
}

/** What a scenario asks for that is passed over until it is built, though the run itself is whole. */
export function missingOutputs({planner}: Scenario): readonly string[] {
  if (planner === null || planner.report_filename === null) return []
  return ['planner.report_filename: the stand-alone diagnostics page is not there yet, so no file is written']
}

/** Flags whose feature is missing altogether, with what they would do. */
const MISSING_FLAGS: ReadonlyMap<string, string> = new Map([
  ['--input-tokens', 'synthetic traffic'],
  ['--output-tokens', 'synthetic traffic'],
  ['--request-count', 'synthetic traffic'],
  ['--arrival-interval-ms', 'synthetic traffic'],
  ['--turns-per-session', 'synthetic traffic'],
  ['--shared-prefix-ratio', 'synthetic traffic'],
  ['--num-prefix-groups', 'synthetic traffic'],
  ['--inter-turn-delay-ms', 'synthetic traffic'],
  ['--replay-concurrency', 'closed-loop replay'],
  ['--trace-shared-prefix-ratio', 'the applied_compute_agentic format'],
  ['--trace-num-prefix-groups', 'the applied_compute_agentic format'],
  ['--router-config', 'the KV router'],
  ['--aic-backend', "the KV router's prefill-load estimate"],
  ['--aic-system', "the KV router's prefill-load estimate"],
  ['--aic-model-path', "the KV router's prefill-load estimate"],
  ['--aic-backend-version', "the KV router's prefill-load estimate"],
  ['--aic-tp-size', "the KV router's prefill-load estimate"],
  ['--html', 'the stand-alone diagnostics page'],
])

/** Refuses a command line that uses a flag without effect here: nothing is silently ignored. */
export function checkSupportedFlags(flags: ReadonlyMap<string, string>): Result<null> {
  for (const [flag, feature] of MISSING_FLAGS)
    if (flags.has(flag)) return fail(`${flag} is not there yet: ${feature} is still to be built`, flag)
  if (flags.get('--trace-format') === 'applied_compute_agentic')
    return fail('--trace-format applied_compute_agentic is not there yet', '--trace-format')
  return ok(null)
}
