import {fail, ok, type Result} from '../../core/result.ts'
import {checkScenarioFields} from '../assemble-scenario.ts'
import {checkAicPerf} from '../engine/aic-perf.ts'
import {checkField} from '../field.ts'
import {checkObjective} from '../objective.ts'
import {POOL_FIELDS} from '../pool-fields.ts'
import {checkScaling, isOtherPolicy} from '../scaling/parse-scaling.ts'
import {
  type EngineArgs,
  type EngineTiming,
  type Fleet,
  type PoolSpec,
  plannerOf,
  poolsOf,
  type Scenario,
} from '../scenario.ts'
import {flagOf} from '../scenario-fields.ts'

/**
 * What must hold between the parts of a scenario (engine.md 0 and 3.4, planner.md 11), each part being valid by
 * itself. Page and command line ask here before a run.
 */
export function checkScenario(scenario: Scenario): Result<Scenario> {
  const problem = RULES.map(rule => rule(scenario)).find(found => found !== null)
  return problem ?? ok(scenario)
}

type Problem = ReturnType<typeof fail>
type Rule = (scenario: Scenario) => Problem | null

const RULES: readonly Rule[] = [
  checkTraceOptions,
  checkDeltaTrace,
  checkAgenticTrace,
  checkWorkerCounts,
  checkPlannerMode,
  checkPolicy,
  checkPlainFleet,
  checkAicPerf,
  checkTiming,
  checkConcurrency,
  checkOwnFields,
  checkPoolFields,
  checkWantedObjective,
]

function checkTraceOptions({traceBlockSize, arrivalSpeedupRatio: ratio}: Scenario): Problem | null {
  if (traceBlockSize < 1)
    return fail(`trace_block_size must be greater than 0, got ${traceBlockSize}`, 'trace_block_size')
  if (Number.isFinite(ratio) && ratio > 0) return null
  const message = `--arrival-speedup-ratio: ratio must be a finite positive number, got ${ratio}`
  return fail(message, 'arrival_speedup_ratio')
}

/** Turns that hold only what is new: 1.6.1's schedulers that keep blocks can look up what was generated before. */
export function checkDeltaTrace({release, traceFormat, fleet}: Scenario): Problem | null {
  if (traceFormat?.format !== 'mooncake-delta') return null
  if (release !== '1.6.1')
    return fail("trace_format 'mooncake-delta': only --dynamo 1.6.1 takes this", 'trace_format')
  if (poolsOf(fleet).every(([, {args}]) => args.engine_type !== 'sglang')) return null
  return fail(
    "trace_format 'mooncake-delta' is known to 1.6.1 but not simulated with SGLang here",
    'trace_format',
  )
}

/** Requests that wait for each other: only 1.6.1 knows them, and no closed loop does. */
function checkAgenticTrace({release, traceFormat, replayConcurrency}: Scenario): Problem | null {
  if (traceFormat?.format !== 'agentic_mooncake') return null
  if (release !== '1.6.1')
    return fail("trace_format 'agentic_mooncake': only --dynamo 1.6.1 takes this", 'trace_format')
  if (replayConcurrency === undefined) return null
  return fail('agentic_mooncake trace format is not supported with replay_concurrency', 'replay_concurrency')
}

function checkWorkerCounts({fleet}: Scenario): Problem | null {
  const empty = poolsOf(fleet).find(([, pool]) => pool.initialWorkers < 1)
  if (empty === undefined) return null
  const [name, pool] = empty
  const field = name === 'agg' ? 'num_workers' : `num_${name}_workers`
  return fail(`${field} must be at least 1, got ${pool.initialWorkers}`, field)
}

function checkPlannerMode(scenario: Scenario): Problem | null {
  const {fleet} = scenario
  const planner = plannerOf(scenario)
  if (planner === null || planner.mode === fleet.topology) return null
  const message = `planner mode '${planner.mode}' does not fit ${
    fleet.topology === 'agg' ? 'an aggregated' : 'a disaggregated'
  } fleet`
  return fail(message, 'planner.mode')
}

function checkPolicy({scaling}: Scenario): Problem | null {
  if (!isOtherPolicy(scaling)) return null
  const checked = checkScaling(scaling)
  return checked.ok ? null : checked
}

/** The planner runs of the reference skip these checks, plain runs do not. */
function checkPlainFleet(scenario: Scenario): Problem | null {
  const {fleet, routerMode} = scenario
  if (plannerOf(scenario) !== null) return null
  const pools = poolArgs(fleet)
  const parallel = pools.find(args => args.dp_size !== 1)
  if (parallel !== undefined)
    return fail(`dp_size must be 1 without a planner, got ${parallel.dp_size}`, 'dp_size')
  return fleet.topology === 'agg' ? checkPlainAgg(fleet.workers, routerMode) : checkPlainDisagg(pools)
}

function checkPlainAgg(pool: PoolSpec, routerMode: Scenario['routerMode']): Problem | null {
  const type = pool.args.worker_type
  if (type !== 'aggregated')
    return fail(`worker_type must be 'aggregated' in an aggregated fleet, got '${type}'`, 'worker_type')
  if (routerMode !== 'kv_router' || pool.initialWorkers > 1) return null
  return fail('offline replay only supports router_mode=kv_router when num_workers > 1', 'routerMode')
}

function checkPlainDisagg(pools: readonly EngineArgs[]): Problem | null {
  const [prefill, decode] = pools
  if (prefill?.worker_type !== 'prefill')
    return fail("--prefill-engine-args: worker_type must be 'prefill'", 'prefill.worker_type')
  if (decode?.worker_type !== 'decode')
    return fail("--decode-engine-args: worker_type must be 'decode'", 'decode.worker_type')
  if (prefill.block_size === decode.block_size) return null
  const sizes = `${prefill.block_size} and ${decode.block_size}`
  return fail(
    `prefill and decode engine args must have the same block_size, got ${sizes}`,
    'decode.block_size',
  )
}

function checkTiming({engineTiming, fleet}: Scenario): Problem | null {
  const pools = poolArgs(fleet)
  if (engineTiming === 'profile' && pools.some(args => args.planner_profile_data === null))
    return fail(
      '--engine-timing profile needs planner_profile_data in the engine args',
      'planner_profile_data',
    )
  if (engineTiming === 'fixed' && pools.some(args => args.timing !== 'fixed'))
    return fail(
      '--engine-timing fixed needs the times in the engine args, as 1.6.1 takes them',
      'engine_timing',
    )
  if (engineTiming === 'aic' && pools.some(args => args.aic_model_path === null))
    return fail('--engine-timing aic needs aic_model_path in the engine args', 'aic_model_path')
  return null
}

function checkWantedObjective({objective}: Scenario): Problem | null {
  const checked = objective === undefined ? null : checkObjective(objective)
  return checked === null || checked.ok ? null : checked
}

function checkConcurrency({replayConcurrency = 1}: Scenario): Problem | null {
  return replayConcurrency >= 1 ? null : fail('replay_concurrency must be at least 1', 'replay_concurrency')
}

/** Whatever the reference does not say in its own words; which traces can be generated is known to the host alone. */
function checkOwnFields(scenario: Scenario): Problem | null {
  const wrong = checkScenarioFields(scenario)
  return wrong === null ? null : fail(`${flagOf(wrong.field)} ${wrong.message}`, wrong.field.key)
}

function checkPoolFields({fleet}: Scenario): Problem | null {
  for (const [name, pool] of poolsOf(fleet)) {
    for (const field of POOL_FIELDS) {
      const check = checkField(field, field.read(pool))
      if (check.kind === 'ok') continue
      const message = check.kind === 'wrong-type' ? `must be ${check.expected}` : check.message
      return fail(`${field.names[name]} ${message}`, field.names[name])
    }
  }
  return null
}

function poolArgs(fleet: Fleet): readonly EngineArgs[] {
  return poolsOf(fleet).map(([, pool]) => pool.args)
}

/** The timing of a fleet nobody chose one for (contracts.md 1). */
export function defaultTiming(fleet: Fleet): EngineTiming {
  const pools = poolArgs(fleet)
  if (pools.some(args => args.planner_profile_data !== null)) return 'profile'
  return pools.some(args => args.aic_backend !== null || args.aic_model_path !== null) ? 'aic' : 'polynomial'
}
