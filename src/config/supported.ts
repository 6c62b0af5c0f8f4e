import {fail, ok, type Result} from '../core/result.ts'
import {poolsOf, type Scenario} from './scenario.ts'

/**
 * What is specified but not built yet. The page and the command line refuse it by name here and nowhere else, so
 * that building a feature ends with removing its line.
 */
export function checkSupported(scenario: Scenario): Result<Scenario> {
  const pools = poolsOf(scenario.fleet)
  const routesByKv = scenario.routerMode === 'kv_router'
  if (routesByKv && pools.some(([, {args}]) => args.engine_type === 'sglang')) {
    return fail(
      '--router-mode kv_router with engine_type sglang is not there yet; use round_robin',
      'routerMode',
    )
  }
  if (routesByKv && pools.some(([, {args}]) => !args.enable_prefix_caching)) {
    return fail(
      '--router-mode kv_router without enable_prefix_caching is not there yet; use round_robin',
      'routerMode',
    )
  }
  return ok(scenario)
}

/** Whether a choice of the form can be run, so that it can be shown as not there yet. */
export function isSupported(scenario: Scenario): boolean {
  return checkSupported(scenario).ok
}

/** Flags whose feature is missing altogether, with what they would do. */
const MISSING_FLAGS: ReadonlyMap<string, string> = new Map([
  ['--aic-backend', "the KV router's prefill-load estimate"],
  ['--aic-system', "the KV router's prefill-load estimate"],
  ['--aic-model-path', "the KV router's prefill-load estimate"],
  ['--aic-backend-version', "the KV router's prefill-load estimate"],
  ['--aic-tp-size', "the KV router's prefill-load estimate"],
])

/** Refuses a command line that uses a flag without effect here: nothing is silently ignored. */
export function checkSupportedFlags(flags: ReadonlyMap<string, string>): Result<null> {
  for (const [flag, feature] of MISSING_FLAGS)
    if (flags.has(flag)) return fail(`${flag} is not there yet: ${feature} is still to be built`, flag)
  return ok(null)
}
