import {performance} from 'node:perf_hooks'
import {poolsOf, type Scenario} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import {fail, ok, type Result, RunError} from '../core/result.ts'
import {formatReportJson} from '../report/report-json.ts'
import type {ServiceLevel} from '../report/service-level.ts'
import {formatReportTable, formatScalingEvents} from '../report/table.ts'
import type {RunResult} from '../run/run.ts'
import {simulate} from '../run/simulate.ts'
import {sizeOfWorkload, syntheticWorkloadOf, workloadOptionsOf} from '../run/traffic.ts'
import {computeFigures, type PointFacts, type SweepRow, withTargets} from '../sweep/points.ts'
import type {TraceGenerator} from '../trace/generators/generate.ts'
import {type ParsedTrace, toWorkload, type WorkloadOptions} from '../trace/parsed-trace.ts'
import type {Workload} from '../trace/workload.ts'
import {type DrawnTrace, DrawnTraces} from './drawn-traces.ts'
import {makeHtmlReport} from './html-report.ts'
import {checkMemory} from './memory.ts'
import {writePoint} from './sweep-folder.ts'
import {createTimingLoader} from './timing-loader.ts'

/** One run to do; crosses to a worker thread as it is. */
export interface PointTask {
  readonly facts: PointFacts
  readonly scenario: Scenario
  /** Checksum of the trace file, or of the recipe of generated traffic. */
  readonly traceSha256: string
}

/** What all points of a sweep share. */
export interface SweepJob {
  /** null for generated traffic. */
  readonly trace: ParsedTrace | null
  /** How the trace is made anew with other seeds; null = no point asks for that. */
  readonly recipe: TraceGenerator | null
  readonly targets: ServiceLevel | null
  readonly outFolder: string
  /** Also writes the stand-alone page of every point. */
  readonly wantsHtml: boolean
}

export interface PointOutcome {
  readonly row: SweepRow
  readonly elapsedMs: number
}

interface Traffic {
  readonly workload: Workload
  readonly traceSha256: string
}

/** Runs points of one sweep one after the other and writes their files. */
export class PointRunner {
  readonly #job: SweepJob
  /** Keeps the tables it loads: the points of a sweep mostly use the same ones. */
  readonly #timing = createTimingLoader()
  readonly #drawn: DrawnTraces | null
  #traffic: {readonly key: string; readonly value: Traffic} | null = null

  constructor(job: SweepJob) {
    this.#job = job
    this.#drawn = job.recipe && new DrawnTraces(job.recipe, job.trace?.fileName ?? '')
  }

  /** Never rejects: a failed run is a row that says why. */
  async run(task: PointTask): Promise<PointOutcome> {
    const startedMs = performance.now()
    const row = await this.#runToRow(task)
    return {row, elapsedMs: performance.now() - startedMs}
  }

  async #runToRow(task: PointTask): Promise<SweepRow> {
    const {facts} = task
    try {
      const simulated = await this.#simulate(task)
      if (!simulated.ok) return this.#failed(task, simulated.error.message)
      const result = withTargets(simulated.value, this.#job.targets)
      const row = {...facts, ...computeFigures(result)}
      const {report} = result
      const planner_replay = {...report.planner_replay, sweep: row}
      writePoint(this.#job.outFolder, {
        id: facts.id,
        json: formatReportJson({...report, planner_replay}),
        html: this.#job.wantsHtml ? await makeHtmlReport(task.scenario, result) : null,
        log: formatLog(result),
      })
      return row
    } catch (error) {
      if (error instanceof RunError) return this.#failed(task, error.message)
      const {message, stack} = error instanceof Error ? error : new Error(String(error))
      return this.#failed(task, `internal error: ${message}`, stack)
    }
  }

  async #simulate(task: PointTask): Promise<Result<RunResult>> {
    const {scenario} = task
    const traffic = this.#trafficOf(task)
    if (!traffic.ok) return traffic
    const fits = checkMemory(scenario, sizeOfWorkload(traffic.value.workload, 0))
    if (!fits.ok) return fits
    const timing = await this.#timing.prepare(scenario)
    if (!timing.ok) return timing
    const {notices, ...timed} = timing.value
    const steps = simulate({
      scenario,
      ...traffic.value,
      ...timed,
      clock: () => performance.now(),
    })
    for (;;) {
      const step = steps.next()
      if (step.done) return ok({...step.value, notices: [...notices, ...step.value.notices]})
    }
  }

  /** Most sweeps replay the same arrivals at every point. */
  #trafficOf({scenario, traceSha256}: PointTask): Result<Traffic> {
    const {synthetic} = scenario
    const [[, first]] = poolsOf(scenario.fleet) as [ReturnType<typeof poolsOf>[number]]
    const options = workloadOptionsOf(scenario)
    const key = JSON.stringify([options, synthetic, first.args.block_size])
    if (this.#traffic?.key === key) return ok(this.#traffic.value)
    const trace = synthetic ? ok(null) : this.#traceOf(scenario)
    if (!trace.ok) return trace
    const made = synthetic ? syntheticWorkloadOf(scenario, synthetic) : this.#read(trace.value, options)
    if (!made.ok) return fail(made.error.message)
    const traffic = {workload: made.value, traceSha256: trace.value?.sha256 ?? traceSha256}
    this.#traffic = {key, value: traffic}
    return ok(traffic)
  }

  /** null = the file as it is. */
  #traceOf({traceSeed}: Scenario): Result<DrawnTrace | null> {
    const {recipe} = this.#job
    if (traceSeed === undefined || traceSeed === recipe?.spec.seed) return ok(null)
    assert(this.#drawn !== null, 'a sweep over seeds was planned with a recipe')
    return this.#drawn.draw(traceSeed)
  }

  #read(drawn: DrawnTrace | null, options: WorkloadOptions): Result<Workload> {
    const trace = drawn?.parsed ?? this.#job.trace
    assert(trace !== null, 'a sweep without generated traffic has a trace')
    return toWorkload(trace, options)
  }

  #failed({facts}: PointTask, message: string, detail = message): SweepRow {
    try {
      writePoint(this.#job.outFolder, {id: facts.id, json: null, html: null, log: `failed: ${detail}\n`})
    } catch {
      // The folder cannot be written, which is most likely what the message says already.
    }
    return {...facts, error: message}
  }
}

/** What a single run of this point prints. */
function formatLog({report, planner, notices}: RunResult): string {
  const notes = [...new Set(notices)].map(notice => `note: ${notice}\n`).join('')
  const table = `${formatReportTable(report)}\n`
  if (planner === null) return notes + table
  return `${notes}${formatScalingEvents(planner.scalingEvents)}${table}Planner ticks: ${planner.totalTicks}\n`
}
