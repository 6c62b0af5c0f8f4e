import {mkdirSync} from 'node:fs'
import {basename} from 'node:path'
import {performance} from 'node:perf_hooks'
import {type Answer, answerRun, candidatesOf} from '../answers/answer-run.ts'
import {formatAnswer, withAnswer} from '../answers/answer-text.ts'
import type {Arguments} from '../config/command-line/arguments.ts'
import {checkFlags} from '../config/command-line/flags.ts'
import {scenarioFromFlags} from '../config/command-line/scenario-from-flags.ts'
import {releaseOf} from '../config/releases/release-forms.ts'
import {plannerOf, type Scenario} from '../config/scenario.ts'
import {fail, ok, type Result, RunError} from '../core/result.ts'
import {tellCalibrated, tellUncalibrated} from '../report/calibrated.ts'
import {formatDiagnosticsJson} from '../report/diagnostics.ts'
import {dynamoTicksOf} from '../report/dynamo-ticks.ts'
import {formatPerRequestLine, formatPerRequestLines} from '../report/per-request.ts'
import {formatReportJson} from '../report/report-json.ts'
import {formatReportTable, formatScalingEvents} from '../report/table.ts'
import {addDigest} from '../run/digest.ts'
import {type PreparedRun, prepareRun, type RunPorts, simulatePrepared} from '../run/prepare-run.ts'
import type {RunResult} from '../run/run.ts'
import {runTo} from '../run/run-to.ts'
import {requestsOf, type SimulationInputs} from '../run/simulate.ts'
import {STREAM_LIMITS, STREAMED_ABOVE} from '../run/stream-limits.ts'
import {keepingLast, sha256OfSynthetic, trafficFrom} from '../run/traffic.ts'
import {computeFigures} from '../sweep/points.ts'
import type {Repeats} from '../sweep/repeats.ts'
import {fileErrorReason} from './file-errors.ts'
import {makeHtmlReport, plannerReportPath} from './html-report.ts'
import {loadPlannerConfig, loadPolicyConfig} from './load-planner-config.ts'
import {inlineFor} from './machine/inlining.ts'
import {machineMemory} from './machine/memory.ts'
import {type AskedMeasured, loadMeasured, tellMeasured, withUncalibrated} from './measured.ts'
import {checkOutputPath, LineFile, resolveReportPath, writeLines, writeText} from './output-files.ts'
import {ProgressLine} from './progress-line.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import {askedRepeats, readRepeats} from './replay-repeats.ts'
import type {Terminal} from './terminal.ts'
import {createTimingLoader} from './timing-loader.ts'
import {loadTrace} from './trace/load-trace.ts'
import {nativeSha256} from './trace/native-sha256.ts'
import {streamTrace} from './trace/stream-trace.ts'
import {traceName} from './trace/trace-files.ts'

/** Replays one trace: flags and files in, table and report out. */
export async function replay(args: Arguments, terminal: Terminal): Promise<ReplayOutcome> {
  const loaded = await load(args)
  if (!loaded.ok) return {kind: 'bad-input', problem: loaded.error}
  const {prepared, outputs, notices} = loaded.value
  const notes = new Notes(terminal)
  notes.write([...notices, ...prepared.warnings, ...prepared.notices])
  let result: RunResult
  try {
    const progress = args.flags.has('--progress') ? new ProgressLine(terminal) : null
    result = await spillingRequests(prepared, outputs, spilling => run(spilling, progress))
  } catch (error) {
    if (error instanceof RunError) return {kind: 'failed', message: error.message}
    throw error
  }
  notes.write(result.notices)
  const answer = await answerTo(prepared, result, loaded.value)
  result = await withUncalibrated(withAnswer(result, answer), loaded.value)
  const beside = await measuredBeside(loaded.value, result)
  if (!beside.ok) return {kind: 'failed', message: beside.error.message}
  try {
    await writeResult(result, outputs, terminal)
    if (outputs.asJson) terminal.writeError(beside.value)
    else terminal.writeOut(`${formatAnswer(answer, releaseOf(prepared.inputs.scenario))}${beside.value}`)
    await writePages({scenario: prepared.inputs.scenario, result, outputs}, terminal, notes)
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
  readonly chromeTracePath: string | null
  readonly htmlPath: string | null
  readonly predictionPath: string | null
  readonly asJson: boolean
}

interface Loaded {
  /** Of the trace. */
  readonly paths: readonly string[]
  readonly prepared: PreparedRun
  readonly ports: RunPorts
  readonly repeats: Repeats
  readonly measured: AskedMeasured | null
  readonly outputs: Outputs
  /** Of the flags. */
  readonly notices: readonly string[]
}

/** Reads and checks everything before the run starts: flags first, then small files, then the trace. */
async function load(args: Arguments): Promise<Result<Loaded>> {
  const checked = checkFlags(args)
  if (!checked.ok) return checked
  const path = traceName(args.positionals)
  const plannerConfig = await loadPlannerConfig(args.flags.get('--planner-config'))
  if (!plannerConfig.ok) return plannerConfig
  const policyConfig = await loadPolicyConfig(args.flags.get('--policy-config'))
  if (!policyConfig.ok) return policyConfig
  const trace = {kind: 'file', name: basename(path), sha256: ''} as const
  const described = scenarioFromFlags(args, {
    trace,
    plannerConfig: plannerConfig.value.config,
    ...(policyConfig.value === undefined ? {} : {policyConfig: policyConfig.value}),
  })
  if (!described.ok) return described
  const {scenario} = described.value
  const notices = [...plannerConfig.value.notes, ...described.value.notices]
  const repeats = readRepeats(args.flags)
  if (!repeats.ok) return repeats
  const measured = loadMeasured(args.flags)
  if (!measured.ok) return measured
  const keepsAll = wantsAllRequests(args.flags)
  const ports: RunPorts = {
    loadTraffic: keepingLast(
      trafficFrom(async (own, options) => {
        const streamed = keepsAll ? null : await streamTrace(args.positionals, options, own, STREAM_LIMITS)
        return streamed ?? loadTrace(args.positionals, options, own)
      }),
    ),
    timing: createTimingLoader(),
    memory: machineMemory(),
    nowMs: () => performance.now(),
    ...(keepsAll ? {} : {streamsAbove: STREAMED_ABOVE}),
  }
  const prepared = await prepareRun(withTrafficSha256(scenario), ports)
  if (!prepared.ok) return prepared
  const outputs = resolveOutputs(args.flags)
  if (!outputs.ok) return outputs
  const written = await writePrediction(scenario, path, outputs.value)
  if (!written.ok) return written
  return ok({
    paths: args.positionals,
    prepared: prepared.value,
    ports,
    repeats: repeats.value,
    measured: measured.value,
    outputs: outputs.value,
    notices,
  })
}

/** What is written or compared request by request needs all of them kept. */
function wantsAllRequests(flags: ReadonlyMap<string, string>): boolean {
  return ['--chrome-trace', '--measured'].some(flag => flags.has(flag))
}

/** The scenario for the reference's own command, before the run: it needs none. */
async function writePrediction(
  scenario: Scenario,
  trace: string,
  {predictionPath}: Outputs,
): Promise<Result<null>> {
  if (predictionPath === null) return ok(null)
  const {predictionYamlOfScenario} = await import('../config/prediction/prediction-of-scenario.ts')
  const text = predictionYamlOfScenario(scenario, {trace})
  if (!text.ok) return fail(`--prediction-yaml: ${text.error.message}`, '--prediction-yaml')
  try {
    writeText(predictionPath, text.value)
  } catch (error) {
    return fail(
      `--prediction-yaml: cannot write ${predictionPath}: ${fileErrorReason(error)}`,
      '--prediction-yaml',
    )
  }
  return ok(null)
}

/** Generated traffic has its checksum where a file's stands. */
function withTrafficSha256(scenario: Scenario): Scenario {
  const {synthetic, trace} = scenario
  if (synthetic === undefined || trace.kind !== 'file') return scenario
  return {...scenario, trace: {...trace, sha256: sha256OfSynthetic(synthetic)}}
}

function resolveOutputs(flags: ReadonlyMap<string, string>): Result<Outputs> {
  const asJson = flags.has('--json')
  const given = flags.get('--report-json')
  const outputs: Outputs = {
    reportPath: asJson && given === undefined ? null : resolveReportPath(given, new Date()),
    diagnosticsPath: flags.get('--diagnostics-json') ?? null,
    perRequestPath: flags.get('--per-request-jsonl') ?? null,
    chromeTracePath: flags.get('--chrome-trace') ?? null,
    htmlPath: flags.get('--html') ?? null,
    predictionPath: flags.get('--prediction-yaml') ?? null,
    asJson,
  }
  const paths = [
    ['--report-json', outputs.reportPath],
    ['--diagnostics-json', outputs.diagnosticsPath],
    ['--per-request-jsonl', outputs.perRequestPath],
    ['--chrome-trace', outputs.chromeTracePath],
    ['--html', outputs.htmlPath],
    ['--prediction-yaml', outputs.predictionPath],
  ] as const
  for (const [flag, path] of paths) {
    const problem = path === null ? null : checkOutputPath(flag, path)
    if (problem !== null) return {ok: false, error: problem}
  }
  return ok(outputs)
}

/** A run that keeps no requests writes each down when it is over. */
async function spillingRequests(
  prepared: PreparedRun,
  {perRequestPath}: Outputs,
  act: (prepared: PreparedRun) => Promise<RunResult>,
): Promise<RunResult> {
  if (perRequestPath === null || prepared.inputs.streamed === undefined) return act(prepared)
  const file = new LineFile(perRequestPath)
  const onRequest: SimulationInputs['onRequest'] = (requests, row, number) =>
    file.write(formatPerRequestLine(requests, row, number))
  try {
    return await act({...prepared, inputs: {...prepared.inputs, onRequest}})
  } finally {
    file.close()
  }
}

async function run(prepared: PreparedRun, progress: ProgressLine | null): Promise<RunResult> {
  inlineFor(requestsOf(prepared.inputs))
  const steps = simulatePrepared(prepared)
  for (;;) {
    const step = steps.next()
    if (step.done) {
      progress?.finish()
      return addDigest(step.value, nativeSha256)
    }
    progress?.show(step.value)
  }
}

/** The findings of the run, with their spread and their cures where repeats are asked for. */
async function answerTo(
  {inputs: {scenario}}: PreparedRun,
  result: RunResult,
  {paths, ports, repeats: asked}: Pick<Loaded, 'paths' | 'ports' | 'repeats'>,
): Promise<Answer> {
  const {of, repeats} = askedRepeats(scenario, asked, paths)
  const candidates = candidatesOf(scenario, result)
  const steps = answerRun({
    scenario,
    result,
    candidates,
    of,
    repeats,
    triesCures: asked.count > 1,
    run: inTurn(async own => {
      const prepared = await prepareRun(own, ports)
      return prepared.ok ? runTo(prepared.value, computeFigures) : prepared
    }),
  })
  for (;;) {
    const step = await steps.next()
    if (step.done) return step.value
  }
}

/** The text about a measured run; empty without one. */
async function measuredBeside(
  {measured, prepared, ports}: Loaded,
  result: RunResult,
): Promise<Result<string>> {
  if (measured === null) return ok('')
  const {scenario} = prepared.inputs
  return tellMeasured({
    asked: measured,
    scenario,
    result,
    replay: async own => {
      const again = await prepareRun(own, ports)
      return again.ok ? runTo(again.value, ({engine}) => engine.requests) : again
    },
  })
}

/** One after the other: there is one thread, and each prepared run holds its traffic. */
function inTurn<A, B>(act: (input: A) => Promise<B>): (input: A) => Promise<B> {
  let last: Promise<unknown> = Promise.resolve()
  return input => {
    const next = last.then(() => act(input))
    last = next.catch(() => {})
    return next
  }
}

/** Notes on the error stream, each said once. */
class Notes {
  readonly #terminal: Terminal
  readonly #told = new Set<string>()

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  write(notes: readonly string[]): void {
    for (const note of notes) {
      if (!this.#told.has(note)) this.#terminal.writeError(`note: ${note}\n`)
      this.#told.add(note)
    }
  }
}

interface FinishedRun {
  readonly scenario: Scenario
  readonly result: RunResult
  readonly outputs: Outputs
}

/** The stand-alone page: where `--html` says, and where the planner's own settings say. */
async function writePages(
  {scenario, result, outputs}: FinishedRun,
  terminal: Terminal,
  notes: Notes,
): Promise<void> {
  const config = plannerOf(scenario)
  const plannerPath = config === null ? null : plannerReportPath(config, dynamoTicksOf(result.scaling))
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
    notes.write([`no planner diagnostics report: ${(error as Error).message}`])
    return
  }
  if (!outputs.asJson) terminal.writeOut(`Planner diagnostics report: ${plannerPath}\n`)
}

/** The reference's order: events, report file, table, path, ticks. */
async function writeResult(result: RunResult, outputs: Outputs, terminal: Terminal): Promise<void> {
  const {report, scaling, engine} = result
  const json = formatReportJson(report)
  if (outputs.reportPath !== null) writeText(outputs.reportPath, json)
  if (outputs.diagnosticsPath !== null) writeText(outputs.diagnosticsPath, formatDiagnosticsJson(result))
  // A run that keeps no requests has written them as they ended.
  if (outputs.perRequestPath !== null && engine.requests.sampled === undefined)
    writeLines(outputs.perRequestPath, formatPerRequestLines(engine.requests))
  if (outputs.chromeTracePath !== null) {
    const {formatChromeTrace, timelineProvenance} = await import('../report/timeline/chrome-trace.ts')
    writeLines(outputs.chromeTracePath, formatChromeTrace(result, timelineProvenance(report)))
  }
  if (outputs.asJson) {
    terminal.writeOut(json)
    return
  }
  if (scaling !== null) terminal.writeOut(formatScalingEvents(scaling.scalingEvents))
  const {percentiles, calibrated, uncalibrated} = report.planner_replay
  const bound =
    percentiles === 'exact'
      ? ''
      : `Percentiles: ${percentiles}
`
  const beside = [
    ...(calibrated === undefined ? [] : [tellCalibrated(calibrated, report)]),
    ...(uncalibrated === undefined ? [] : [tellUncalibrated(uncalibrated)]),
  ]
    .map(line => `${line}\n`)
    .join('')
  terminal.writeOut(
    `${formatReportTable(report)}
${bound}${beside}Saved full report to: ${outputs.reportPath}
`,
  )
  if (scaling === null) return
  const word = report.planner_replay.policy === 'dynamo' ? 'Planner' : 'Policy'
  terminal.writeOut(`${word} ticks: ${scaling.totalTicks}\n`)
}
