import {createHash} from 'node:crypto'
import {mkdirSync} from 'node:fs'
import {basename} from 'node:path'
import {performance} from 'node:perf_hooks'
import type {Arguments} from '../config/command-line/arguments.ts'
import {checkFlags, scenarioFromFlags} from '../config/command-line/flags.ts'
import type {Scenario, SyntheticSpec} from '../config/scenario.ts'
import {ok, type Problem, type Result, RunError} from '../core/result.ts'
import {formatDiagnosticsJson} from '../report/diagnostics.ts'
import {formatPerRequestLines} from '../report/per-request.ts'
import {formatReportJson} from '../report/report-json.ts'
import {formatReportTable, formatScalingEvents} from '../report/table.ts'
import {digestBytes, withDigest} from '../run/digest.ts'
import {sizeOfSynthetic} from '../run/memory-forecast.ts'
import type {RunResult} from '../run/run.ts'
import {type SimulationInputs, simulate} from '../run/simulate.ts'
import {sizeOfWorkload, syntheticWorkloadOf, workloadOptionsOf} from '../run/traffic.ts'
import {makeHtmlReport, plannerReportPath} from './html-report.ts'
import {loadPlannerConfig} from './load-planner-config.ts'
import {type LoadedTrace, loadTrace} from './load-trace.ts'
import {checkMemory} from './memory.ts'
import {checkOutputPath, resolveReportPath, writeLines, writeText} from './output-files.ts'
import {ProgressLine} from './progress-line.ts'
import type {Terminal} from './run-cli.ts'
import {createTimingLoader} from './timing-loader.ts'

export type ReplayOutcome =
  | {readonly kind: 'done'}
  | {readonly kind: 'bad-input'; readonly problem: Problem}
  | {readonly kind: 'failed'; readonly message: string}

/** Replays one trace: flags and files in, table and report out. */
export async function replay(args: Arguments, terminal: Terminal): Promise<ReplayOutcome> {
  const loaded = await load(args)
  if (!loaded.ok) return {kind: 'bad-input', problem: loaded.error}
  const {inputs, outputs, notices} = loaded.value
  writeNotices(terminal, notices)
  let result: RunResult
  try {
    result = run(inputs, args.flags.has('--progress') ? new ProgressLine(terminal) : null)
  } catch (error) {
    if (error instanceof RunError) return {kind: 'failed', message: error.message}
    throw error
  }
  writeNotices(terminal, result.notices)
  try {
    writeResult(result, outputs, terminal)
    await writePages({scenario: inputs.scenario, result, outputs}, terminal)
  } catch (error) {
    return {kind: 'failed', message: `cannot write a result: ${(error as Error).message}`}
  }
  return {kind: 'done'}
}

interface Outputs {
  /** null = no file: the report goes to the terminal. */
  readonly reportPath: string | null
  readonly diagnosticsPath: string | null
  readonly perRequestPath: string | null
  readonly htmlPath: string | null
  readonly asJson: boolean
}

interface Loaded {
  readonly inputs: SimulationInputs
  readonly outputs: Outputs
  readonly notices: readonly string[]
}

/** Reads and checks everything before the run starts: flags first, then small files, then the trace. */
async function load(args: Arguments): Promise<Result<Loaded>> {
  const checked = checkFlags(args)
  if (!checked.ok) return checked
  const path = args.positionals[0] ?? ''
  const plannerConfig = loadPlannerConfig(args.flags.get('--planner-config'))
  if (!plannerConfig.ok) return plannerConfig
  const trace = {kind: 'file', name: basename(path), sha256: ''} as const
  const described = scenarioFromFlags(args, {trace, plannerConfig: plannerConfig.value})
  if (!described.ok) return described
  const {scenario} = described.value
  const timing = await createTimingLoader().prepare(scenario)
  if (!timing.ok) return timing
  const {notices: timingNotices, ...timed} = timing.value
  // Before it is made: the requests alone may be more than there is room for.
  const room = scenario.synthetic ? checkMemory(scenario, sizeOfSynthetic(scenario.synthetic)) : ok([])
  if (!room.ok) return room
  const loaded = scenario.synthetic
    ? generateTraffic(scenario, scenario.synthetic)
    : loadTrace(path, workloadOptionsOf(scenario))
  if (!loaded.ok) return loaded
  const fits = checkMemory(scenario, sizeOfWorkload(loaded.value.workload, loaded.value.sizeBytes))
  if (!fits.ok) return fits
  const outputs = resolveOutputs(args.flags)
  if (!outputs.ok) return outputs
  const {workload, sha256: traceSha256, fileSha256} = loaded.value
  const inputs: SimulationInputs = {
    scenario: {...scenario, trace: {...trace, sha256: fileSha256}},
    workload,
    traceSha256,
    ...timed,
    clock: () => performance.now(),
  }
  const notices = [...described.value.notices, ...timingNotices, ...loaded.value.notices, ...fits.value]
  return ok({inputs, outputs: outputs.value, notices})
}

/** Generated traffic is identified by its recipe, as a trace file is by its bytes. */
function generateTraffic(scenario: Scenario, spec: SyntheticSpec): Result<LoadedTrace> {
  const workload = syntheticWorkloadOf(scenario, spec)
  if (!workload.ok) return workload
  const sha256 = createHash('sha256').update(JSON.stringify(spec)).digest('hex')
  return ok({workload: workload.value, sha256, fileSha256: sha256, sizeBytes: 0, notices: []})
}

function resolveOutputs(flags: ReadonlyMap<string, string>): Result<Outputs> {
  const asJson = flags.has('--json')
  const given = flags.get('--report-json')
  const outputs: Outputs = {
    reportPath: asJson && given === undefined ? null : resolveReportPath(given, new Date()),
    diagnosticsPath: flags.get('--diagnostics-json') ?? null,
    perRequestPath: flags.get('--per-request-jsonl') ?? null,
    htmlPath: flags.get('--html') ?? null,
    asJson,
  }
  const paths = [
    ['--report-json', outputs.reportPath],
    ['--diagnostics-json', outputs.diagnosticsPath],
    ['--per-request-jsonl', outputs.perRequestPath],
    ['--html', outputs.htmlPath],
  ] as const
  for (const [flag, path] of paths) {
    const problem = path === null ? null : checkOutputPath(flag, path)
    if (problem !== null) return {ok: false, error: problem}
  }
  return ok(outputs)
}

function run(inputs: SimulationInputs, progress: ProgressLine | null): RunResult {
  const steps = simulate(inputs)
  for (;;) {
    const step = steps.next()
    if (step.done) {
      progress?.finish()
      return withDigest(step.value, createHash('sha256').update(digestBytes(step.value)).digest('hex'))
    }
    progress?.show(step.value)
  }
}

function writeNotices(terminal: Terminal, notices: readonly string[]): void {
  for (const notice of new Set(notices)) terminal.writeError(`note: ${notice}\n`)
}

interface FinishedRun {
  readonly scenario: Scenario
  readonly result: RunResult
  readonly outputs: Outputs
}

/** The stand-alone page: where `--html` says, and where the planner's own settings say. */
async function writePages({scenario, result, outputs}: FinishedRun, terminal: Terminal): Promise<void> {
  const config = scenario.planner
  const plannerPath = config === null ? null : plannerReportPath(config, result.planner?.ticks ?? [])
  if (outputs.htmlPath === null && plannerPath === null) return
  const html = await makeHtmlReport(scenario, result)
  if (outputs.htmlPath !== null) writeText(outputs.htmlPath, html)
  if (config === null || plannerPath === null) return
  try {
    mkdirSync(config.report_output_dir || '.', {recursive: true})
    writeText(plannerPath, html)
  } catch (error) {
    // Nobody asked for the page by name: a folder that cannot be written to is no reason to fail the run.
    if (config.report_filename) throw error
    writeNotices(terminal, [`no planner diagnostics report: ${(error as Error).message}`])
    return
  }
  if (!outputs.asJson) terminal.writeOut(`Planner diagnostics report: ${plannerPath}\n`)
}

/** The reference's order: events, report file, table, path, ticks. */
function writeResult(result: RunResult, outputs: Outputs, terminal: Terminal): void {
  const {report, planner, engine} = result
  const json = formatReportJson(report)
  if (outputs.reportPath !== null) writeText(outputs.reportPath, json)
  if (outputs.diagnosticsPath !== null) writeText(outputs.diagnosticsPath, formatDiagnosticsJson(result))
  if (outputs.perRequestPath !== null)
    writeLines(outputs.perRequestPath, formatPerRequestLines(engine.requests))
  if (outputs.asJson) {
    terminal.writeOut(json)
    return
  }
  if (planner !== null) terminal.writeOut(formatScalingEvents(planner.scalingEvents))
  terminal.writeOut(`${formatReportTable(report)}\nSaved full report to: ${outputs.reportPath}\n`)
  if (planner !== null) terminal.writeOut(`Planner ticks: ${planner.totalTicks}\n`)
}
