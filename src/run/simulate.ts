import {DEFAULT_ROUTER_CONFIG} from '../config/engine/router-config.ts'
import {type PoolName, phaseShiftOf, plannerOf, type Scenario} from '../config/scenario.ts'
import {createEngine, type RunnableEngine} from '../engine/create-engine.ts'
import type {PrefillEstimate} from '../engine/routing/kv-router.ts'
import {constantStartup} from '../engine/startup-model.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import {runPlanner} from '../policies/dynamo/adapter.ts'
import type {BenchmarkPoints} from '../policies/dynamo/bootstrap.ts'
import {capabilitiesOf} from '../policies/dynamo/capabilities.ts'
import type {PlannerRecord} from '../policies/dynamo/record.ts'
import {computeReport} from '../report/compute-report.ts'
import {computeReport16} from '../report/compute-report-1.6.ts'
import {computeExtras} from '../report/extras.ts'
import type {Workload} from '../trace/workload.ts'
import type {RunProgress, RunResult} from './run.ts'

/** All a run needs, loaded by the host beforehand: the simulation itself does no I/O. */
export interface SimulationInputs {
  readonly scenario: Scenario
  readonly workload: Workload
  /** Checksum of the trace file's bytes, lower-case hex. */
  readonly traceSha256: string
  /** Pass times of a pool; called once per pool. */
  readonly perfModelFor: (pool: PoolName) => PerfModel
  /** What the KV router asks how long a prompt takes, or null (engine.md 8.8). */
  readonly prefillEstimate: PrefillEstimate | null
  /** AIC benchmark points that bootstrap the planner's regressions, or null (planner.md 9). */
  readonly bootstrap: BenchmarkPoints | null
  /** Host clock in ms, for `wall_time_ms` alone. */
  readonly clock: () => number
}

/** Events between two looks at the host: a few milliseconds of work. */
const EVENTS_PER_STEP = 4000

/**
 * Runs one scenario. Yields progress every few thousand events, so that the host can pause, draw or cancel.
 * @throws RunError for input the run cannot finish with
 */
export function* simulate(inputs: SimulationInputs): Generator<RunProgress, RunResult, void> {
  const {scenario, workload, clock} = inputs
  const startedAt = clock()
  const models: PerfModel[] = []
  const release = scenario.release ?? '1.2.1'
  const engine = createEngine(release, {
    maxSimTimeMs: scenario.maxSimTimeMs ?? Number.POSITIVE_INFINITY,
    fleet: scenario.fleet,
    workload,
    router: scenario.routerMode === 'kv_router' ? (scenario.routerConfig ?? DEFAULT_ROUTER_CONFIG) : null,
    prefillEstimate: inputs.prefillEstimate,
    concurrency: scenario.replayConcurrency ?? null,
    seed: scenario.seed,
    isObserved: plannerOf(scenario) !== null,
    startupFor: (_, {startup_time}) => constantStartup(startup_time),
    perfModelFor(pool) {
      const model = inputs.perfModelFor(pool)
      models.push(model)
      return model
    },
  })
  const progress = progressOf(engine, workload)
  const planner = plannerOf(scenario) === null ? null : yield* drivePlanner(inputs, engine, progress)
  if (planner === null) while (!engine.runToEnd(EVENTS_PER_STEP)) yield progress()
  const record = engine.record()
  const wallTimeMs = clock() - startedAt
  const report =
    release === '1.2.1'
      ? computeReport(record, {wallTimeMs})
      : computeReport16(record, {wallTimeMs, scenario})
  const planner_replay = computeExtras({
    scenario,
    traceSha256: inputs.traceSha256,
    record,
    report,
    planner,
    outsideMeasuredShare: largestOutsideShare(models),
  })
  return {
    report: {...report, planner_replay},
    engine: record,
    planner,
    notices: [...engine.notices, ...(planner?.notices ?? [])],
  }
}

function* drivePlanner(
  {scenario, bootstrap}: SimulationInputs,
  engine: RunnableEngine,
  progress: () => RunProgress,
): Generator<RunProgress, PlannerRecord, void> {
  const {fleet} = scenario
  const disagg = fleet.topology === 'disagg'
  const steps = runPlanner({
    engine,
    config: plannerOf(scenario)!,
    topology: fleet.topology,
    capabilities: {
      prefill: disagg ? capabilitiesOf(fleet.prefill.args) : null,
      decode: capabilitiesOf(disagg ? fleet.decode.args : fleet.workers.args),
    },
    bootstrap,
    phaseShiftS: phaseShiftOf(scenario),
    maxEventsPerStep: EVENTS_PER_STEP,
  })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    yield progress()
  }
}

function progressOf(engine: RunnableEngine, workload: Workload): () => RunProgress {
  const {releaseOrder, arrivalMs, requestCount} = workload
  const lastArrivalMs = arrivalMs[releaseOrder[releaseOrder.length - 1]!]!
  return () => ({
    simulatedMs: engine.nowMs,
    expectedEndMs: Math.max(lastArrivalMs, engine.nowMs),
    completedRequests: engine.completedRequests,
    totalRequests: requestCount,
  })
}

function largestOutsideShare(models: readonly PerfModel[]): number | null {
  const shares = models.map(model => model.outsideShare()).filter(share => share !== null)
  return shares.length === 0 ? null : Math.max(...shares)
}
