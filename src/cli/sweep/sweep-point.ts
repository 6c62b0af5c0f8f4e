import {performance} from 'node:perf_hooks'
import {type BenchFigures, type BenchJudge, computeBenchFigures} from '../../bench/bench-figures.ts'
import type {Scenario} from '../../config/scenario.ts'
import {assert} from '../../core/assert.ts'
import {ok, type Result, RunError} from '../../core/result.ts'
import {formatReportJson} from '../../report/report-json.ts'
import {formatReportTable, formatScalingEvents} from '../../report/table.ts'
import {prepareRun, type RunPorts, simulatePrepared} from '../../run/prepare-run.ts'
import type {RunResult} from '../../run/run.ts'
import {requestsOf} from '../../run/simulate.ts'
import {STREAMED_ABOVE, type StreamLimits} from '../../run/stream-limits.ts'
import {keepingLast, ROOM_OF_MANY, type Traffic, trafficFrom, workloadOptionsOf} from '../../run/traffic.ts'
import {computeFigures, type PointFacts, type SweepRow} from '../../sweep/points.ts'
import type {TraceGenerator} from '../../trace/generators/generate.ts'
import {toWorkload, type WorkloadOptions} from '../../trace/parsed-trace.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'
import {makeHtmlReport} from '../html-report.ts'
import {inlineFor} from '../machine/inlining.ts'
import {machineMemory} from '../machine/memory.ts'
import {createTimingLoader} from '../timing-loader.ts'
import {type GeneratedTrace, GeneratedTraces} from '../trace/generated-traces.ts'
import {loadTrace} from '../trace/load-trace.ts'
import {streamTrace} from '../trace/stream-trace.ts'
import {writePoint} from './sweep-folder.ts'

/** One run to do; crosses to a worker thread as it is. */
export interface PointTask {
  readonly facts: PointFacts
  readonly scenario: Scenario
  /** Of a bench: by what the run is judged there; absent = it is not. */
  readonly judge?: BenchJudge
  /** A run that nobody will open: it leaves no files. */
  readonly isScratch?: boolean
}

/** A trace of which runs keep no requests: each reads it for itself. */
export interface StreamedFile {
  readonly path: string
  readonly limits: StreamLimits
}

/** What all points of a sweep share. */
export interface SweepJob {
  /** null for generated traffic, and for a streamed file. */
  readonly trace: ParsedTrace | null
  /** null or absent = there is none. */
  readonly streamed?: StreamedFile | null
  /** How the trace is made anew with other seeds; null = no point asks for that. */
  readonly recipe: TraceGenerator | null
  readonly outFolder: string
  /** Also writes the stand-alone page of every point. */
  readonly wantsHtml: boolean
}

export interface PointOutcome {
  readonly row: SweepRow
  /** Only of tasks with a judge; absent for a failed run. */
  readonly bench?: BenchFigures
  readonly elapsedMs: number
}

interface Simulated {
  readonly result: RunResult
  readonly warnings: readonly string[]
}

/** Runs points of one sweep one after the other and writes their files. */
export class PointRunner {
  readonly #job: SweepJob
  readonly #ports: RunPorts
  readonly #generated: GeneratedTraces | null

  constructor(job: SweepJob) {
    this.#job = job
    this.#generated = job.recipe && new GeneratedTraces(job.recipe, job.trace?.fileName ?? '')
    const readKept = keepingLast(
      trafficFrom((scenario, options) => this.#read(scenario, options)),
      ROOM_OF_MANY,
    )
    this.#ports = {
      loadTraffic: async scenario => (await this.#readStreamed(scenario)) ?? readKept(scenario),
      // Keeps the tables it loads: the points of a sweep mostly use the same ones.
      timing: createTimingLoader(),
      memory: machineMemory(),
      nowMs: () => performance.now(),
    }
  }

  /** Never rejects: a failed run is a row that says why. */
  async run(task: PointTask): Promise<PointOutcome> {
    const startedMs = performance.now()
    const outcome = await this.#runToRow(task)
    return {...outcome, elapsedMs: performance.now() - startedMs}
  }

  async #runToRow(task: PointTask): Promise<Omit<PointOutcome, 'elapsedMs'>> {
    const {facts, judge} = task
    try {
      const simulated = await this.#simulate(task)
      if (!simulated.ok) return {row: this.#failed(task, simulated.error.message)}
      const result = simulated.value.result
      const row = {...facts, ...computeFigures(result)}
      const {report} = result
      const bench = judge === undefined ? {} : {bench: computeBenchFigures(result, judge)}
      if (task.isScratch === true) return {row, ...bench}
      const planner_replay = {...report.planner_replay, sweep: row, ...bench}
      writePoint(this.#job.outFolder, {
        id: facts.id,
        json: formatReportJson({...report, planner_replay}),
        html: this.#job.wantsHtml ? await makeHtmlReport(task.scenario, result) : null,
        log: formatLog(result, simulated.value.warnings),
      })
      return {row, ...bench}
    } catch (error) {
      if (error instanceof RunError) return {row: this.#failed(task, error.message)}
      const {message, stack} = error instanceof Error ? error : new Error(String(error))
      return {row: this.#failed(task, `internal error: ${message}`, stack)}
    }
  }

  async #simulate({scenario, judge}: PointTask): Promise<Result<Simulated>> {
    // A bench looks at every request.
    const streams = judge === undefined ? {streamsAbove: STREAMED_ABOVE} : {}
    const prepared = await prepareRun(scenario, {...this.#ports, ...streams})
    if (!prepared.ok) return prepared
    inlineFor(requestsOf(prepared.value.inputs))
    const steps = simulatePrepared(prepared.value)
    for (;;) {
      const step = steps.next()
      if (step.done) return ok({result: step.value, warnings: prepared.value.warnings})
    }
  }

  /** Which of its requests an instance can serve is the point's own. */
  async #readStreamed(scenario: Scenario): Promise<Result<Traffic> | null> {
    const {streamed = null} = this.#job
    if (streamed === null || scenario.synthetic !== undefined) return null
    const {path, limits} = streamed
    return streamTrace([path], workloadOptionsOf(scenario), scenario, limits)
  }

  async #read(scenario: Scenario, options: WorkloadOptions): Promise<Result<Traffic>> {
    const {streamed = null} = this.#job
    // A point may have to keep what others need not.
    if (streamed !== null) return loadTrace([streamed.path], options, scenario)
    const generated = this.#traceOf(scenario)
    if (!generated.ok) return generated
    const trace = generated.value?.parsed ?? this.#job.trace
    assert(trace !== null, 'a sweep without generated traffic has a trace')
    const workload = toWorkload(trace, options)
    if (!workload.ok) return workload
    const {trace: file} = scenario
    assert(file.kind === 'file', 'a trace on the command line is a file')
    const sha256 = generated.value?.sha256 ?? file.sha256
    // The file is every point's, and what it had to say was said before the first of them.
    return ok({workload: workload.value, name: trace.fileName, sha256, fileBytes: 0, notices: []})
  }

  /** null = the file as it is. */
  #traceOf({traceSeed}: Scenario): Result<GeneratedTrace | null> {
    const {recipe} = this.#job
    if (traceSeed === undefined || traceSeed === recipe?.spec.seed) return ok(null)
    assert(this.#generated !== null, 'a sweep over seeds was planned with a recipe')
    return this.#generated.generate(traceSeed)
  }

  #failed({facts, isScratch}: PointTask, message: string, detail = message): SweepRow {
    if (isScratch === true) return {...facts, error: message}
    try {
      writePoint(this.#job.outFolder, {id: facts.id, json: null, html: null, log: `failed: ${detail}\n`})
    } catch {
      // The folder cannot be written, which is most likely what the message says already.
    }
    return {...facts, error: message}
  }
}

/** What a single run of this point prints. */
function formatLog({report, scaling, notices}: RunResult, warnings: readonly string[]): string {
  const notes = [...new Set([...warnings, ...notices])].map(notice => `note: ${notice}\n`).join('')
  const table = `${formatReportTable(report)}\n`
  if (scaling === null) return notes + table
  return `${notes}${formatScalingEvents(scaling.scalingEvents)}${table}Planner ticks: ${scaling.totalTicks}\n`
}
