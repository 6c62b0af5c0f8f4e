import {DEFAULT_ROUTER_CONFIG_16} from '../config/engine/release-1.6/router-config.ts'
import {DEFAULT_ROUTER_CONFIG} from '../config/engine/router-config.ts'
import {objectiveOf} from '../config/objective.ts'
import type {Release} from '../config/release.ts'
import type {PoolName, RouterConfig, Scenario} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import {createEngine, type EngineOptions, type RunnableEngine} from '../engine/create-engine.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import type {PrefillEstimate} from '../engine/routing/kv-router.ts'
import {constantStartup} from '../engine/startup-model.ts'
import type {RequestSink} from '../engine/stream/streamed-requests.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import {createPolicy, type PolicyInputs, readsPasses} from '../policies/create-policy.ts'
import type {BenchmarkPoints} from '../policies/dynamo/bootstrap.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import {computeReport} from '../report/compute-report.ts'
import {computeExtras} from '../report/extras.ts'
import {countedGpus} from '../report/gpu-hours.ts'
import {pictureIntervalMs} from '../report/interval-tally.ts'
import {longestRequestTokens} from '../report/longest-request.ts'
import {computeStreamedReport} from '../report/streamed/compute-streamed-report.ts'
import {RunTally} from '../report/streamed/run-tally.ts'
import {drive} from '../scaling/drive.ts'
import type {ScalingRecord} from '../scaling/record.ts'
import {createStartup} from '../scaling/startup.ts'
import type {Workload} from '../trace/workload.ts'
import {type LaterParts, NO_LATER_PARTS} from './later-parts.ts'
import {LiveLine} from './live.ts'
import type {RunProgress, RunResult} from './run.ts'
import type {StreamedInput} from './traffic.ts'

/** All a run needs, loaded by the host beforehand: the simulation itself does no I/O. */
export interface SimulationInputs {
  readonly scenario: Scenario
  /** Of a streamed run that of its slots. */
  readonly workload: Workload
  /** Where the requests of a run come from that keeps none of them; absent = they are the workload's. */
  readonly streamed?: StreamedInput
  /** Told of every request of a streamed run when it and all that came before it are over: what stands in a row, and its number in the trace. */
  readonly onRequest?: (requests: RequestColumns, row: number, number: number) => void
  /** Checksum of the trace file's bytes, lower-case hex. */
  readonly traceSha256: string
  /** Pass times of a pool; called once per pool. */
  readonly perfModelFor: (pool: PoolName) => PerfModel
  /** What the KV router asks how long a prompt takes, or null (engine.md 8.8). */
  readonly prefillEstimate: PrefillEstimate | null
  /** AIC benchmark points that bootstrap the planner's regressions, or null (planner.md 9). */
  readonly bootstrap: BenchmarkPoints | null
  /** What 1.6.1's planner is given besides, where its config asks for it. */
  readonly tablePassMs?: PolicyInputs['tablePassMs']
  readonly warmup?: PolicyInputs['warmup']
  /** Parts that this run needs beyond the usual (`loadLaterParts`). */
  readonly later?: LaterParts
  /** Host clock in ms, for `wall_time_ms` alone. */
  readonly clock: () => number
}

export function requestsOf({workload, streamed}: Pick<SimulationInputs, 'workload' | 'streamed'>): number {
  return (streamed?.source ?? workload).requestCount
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
  const {createEngine16, computeReport16, computeStreamedReport16, Tally16} =
    release === '1.6.1' ? loaded(inputs.later?.parts16) : {}
  const tally = inputs.streamed === undefined ? null : createTally(scenario, inputs.streamed)
  const tally16 = tally === null || Tally16 === undefined ? null : new Tally16(scenario)
  const options: EngineOptions = {
    maxSimTimeMs: scenario.maxSimTimeMs ?? Number.POSITIVE_INFINITY,
    kvEventLagMs: scenario.kvEventLagMs ?? 0,
    fleet: scenario.fleet,
    workload,
    streamed:
      tally === null ? undefined : {...inputs.streamed!, sink: sinkOf(tally, tally16, inputs.onRequest)},
    router: scenario.routerMode === 'kv_router' ? (scenario.routerConfig ?? defaultRouter(release)) : null,
    prefillEstimate: inputs.prefillEstimate,
    concurrency: scenario.replayConcurrency ?? null,
    seed: scenario.seed,
    isObserved: readsPasses(scenario.scaling),
    // The reference's planner never leaves a pool empty but for a mistake, which then ends the run as it does there.
    drainLimitMs: scenario.drainLimitS === undefined ? undefined : scenario.drainLimitS * 1000,
    parksRequests: scenario.scaling.policy !== 'dynamo' && scenario.scaling.policy !== 'fixed',
    startupFor: (pool, {startup_time}) =>
      scenario.startup === undefined
        ? constantStartup(startup_time)
        : createStartup(scenario.startup, scenario.seed, pool),
    perfModelFor(pool) {
      const model = inputs.perfModelFor(pool)
      models.push(model)
      return model
    },
  }
  const engine = createEngine16?.(options) ?? createEngine(options)
  const progress = progressOf(engine, inputs)
  const scaling = yield* runUnderPolicy(inputs, {engine, progress})
  const record = engine.record()
  const wallTimeMs = clock() - startedAt
  const report =
    tally === null
      ? (computeReport16?.(record, {wallTimeMs, scenario, graph: workload.graph}) ??
        computeReport(record, {wallTimeMs}))
      : tally16 === null
        ? computeStreamedReport(tally, {wallTimeMs})
        : computeStreamedReport16!({tally, tally16}, record, {wallTimeMs, scenario})
  const planner_replay = computeExtras({
    scenario,
    traceSha256: inputs.traceSha256,
    record,
    tally,
    report,
    scaling,
    outsideMeasuredShare: largestOutsideShare(models),
  })
  return {
    report: {...report, planner_replay},
    engine: record,
    scaling,
    ...(tally === null ? {} : {tally}),
    notices: [...engine.notices, ...(scaling?.notices ?? [])],
  }
}

function createTally(scenario: Scenario, {source: {requestCount}}: StreamedInput): RunTally {
  const intervalMs = pictureIntervalMs(scenario)
  const longestTokens = longestRequestTokens(scenario)
  return new RunTally({objective: objectiveOf(scenario), requestCount, intervalMs, longestTokens})
}

type RequestTally = Pick<RequestSink, 'finished' | 'gaps'>

function sinkOf(
  tally: RunTally,
  tally16: RequestTally | null,
  onRequest: SimulationInputs['onRequest'],
): RequestSink {
  if (onRequest === undefined && tally16 === null) return tally
  return {
    finished(requests, row, number) {
      onRequest?.(requests, row, number)
      tally.finished(requests, row, number)
      tally16?.finished(requests, row, number)
    },
    gaps(gapMs, count) {
      tally.gaps(gapMs, count)
      tally16?.gaps(gapMs, count)
    },
    sample: () => tally.sample(),
  }
}

function defaultRouter(release: Release): RouterConfig {
  return release === '1.6.1' ? DEFAULT_ROUTER_CONFIG_16 : DEFAULT_ROUTER_CONFIG
}

interface Stage {
  readonly engine: RunnableEngine
  readonly progress: () => RunProgress
}

/** Runs the engine to its end under the scenario's policy; null for a fleet nobody scales, of which there is nothing to tell. */
function* runUnderPolicy(
  {scenario, bootstrap, tablePassMs = {}, warmup = [], later = NO_LATER_PARTS}: SimulationInputs,
  {engine, progress}: Stage,
): Generator<RunProgress, ScalingRecord<PolicyDetail> | null, void> {
  const steps = drive({
    engine,
    policy: createPolicy(scenario, {
      bootstrap,
      tablePassMs,
      warmup,
      createPlanner16: later.parts16?.createPlanner16 ?? null,
      createClusterPolicy: later.clusterPolicies?.createClusterPolicy ?? null,
    }),
    topology: scenario.fleet.topology,
    gpus: countedGpus(scenario),
    maxEventsPerStep: EVENTS_PER_STEP,
  })
  for (;;) {
    const step = steps.next()
    if (step.done) return scenario.scaling.policy === 'fixed' ? null : step.value
    yield progress()
  }
}

function progressOf(
  engine: RunnableEngine,
  {workload, streamed}: Pick<SimulationInputs, 'workload' | 'streamed'>,
): () => RunProgress {
  const {releaseOrder, arrivalMs} = workload
  const {requestCount} = streamed?.source ?? workload
  const lastArrivalMs = streamed?.source.lastArrivalMs ?? arrivalMs[releaseOrder[releaseOrder.length - 1]!]!
  const live = new LiveLine(engine)
  return () => {
    const expectedEndMs = Math.max(lastArrivalMs, engine.nowMs)
    return {
      simulatedMs: engine.nowMs,
      expectedEndMs,
      completedRequests: engine.completedRequests,
      totalRequests: requestCount,
      live: live.follow(expectedEndMs),
    }
  }
}

function largestOutsideShare(models: readonly PerfModel[]): number | null {
  const shares = models.map(model => model.outsideShare()).filter(share => share !== null)
  return shares.length === 0 ? null : Math.max(...shares)
}

function loaded<T>(part: T | null | undefined): T {
  assert(part != null, 'a run loads beforehand what it needs (loadLaterParts)')
  return part
}
