import {mkdirSync, readdirSync} from 'node:fs'
import {basename, join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {applySettings} from '../../config/prediction/apply-setting.ts'
import {
  type ScenarioOfPrediction,
  scenarioFromPrediction,
} from '../../config/prediction/scenario-from-prediction.ts'
import {parseYamlText} from '../../config/yaml-text.ts'
import {fail, ok, type Result, RunError} from '../../core/result.ts'
import {predictionReport} from '../../report/prediction/prediction-report.ts'
import {formatSorted} from '../../report/sorted-json.ts'
import {formatReportTable} from '../../report/table.ts'
import {type PreparedRun, prepareRun, simulatePrepared} from '../../run/prepare-run.ts'
import type {RunResult} from '../../run/run.ts'
import {trafficFrom} from '../../run/traffic.ts'
import {fileErrorReason} from '../file-errors.ts'
import {machineMemory} from '../machine/memory.ts'
import {writeLines, writeText} from '../output-files.ts'
import {readTextFile} from '../read-text-file.ts'
import type {ReplayOutcome} from '../replay-outcome.ts'
import type {Terminal} from '../terminal.ts'
import {createTimingLoader} from '../timing-loader.ts'
import {loadTrace} from '../trace/load-trace.ts'
import {PREDICT_HELP, type PredictArguments, parsePredictArguments} from './predict-arguments.ts'
import {predictionModels} from './prediction-models.ts'

/** `predict`: a configuration of the reference's own command in, its prediction.json out. */
export async function runPredictCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  const args = parsePredictArguments(argv)
  if (!args.ok) return {kind: 'bad-input', problem: args.error}
  if (args.value === null) {
    terminal.writeOut(PREDICT_HELP)
    return {kind: 'done'}
  }
  const described = readPrediction(args.value)
  if (!described.ok) return {kind: 'bad-input', problem: described.error}
  const prepared = await prepare(described.value)
  if (!prepared.ok) return {kind: 'bad-input', problem: prepared.error}
  const folder = makeFolder(args.value)
  if (!folder.ok) return {kind: 'bad-input', problem: folder.error}
  const {warnings, notices} = prepared.value
  for (const note of new Set([...described.value.notices, ...warnings, ...notices]))
    terminal.writeError(`note: ${note}\n`)
  try {
    write(args.value, prepared.value, runToEnd(prepared.value), terminal)
  } catch (error) {
    const what = error instanceof RunError ? '' : 'cannot write a result: '
    return {kind: 'failed', message: `${what}${(error as Error).message}`}
  }
  return {kind: 'done'}
}

function readPrediction({config, settings}: PredictArguments): Result<ScenarioOfPrediction> {
  const refuse = (message: string, field?: string) => fail(`${config}: ${message}`, field)
  let text: string
  try {
    text = readTextFile(config)
  } catch (error) {
    return refuse(`cannot be read: ${fileErrorReason(error)}`)
  }
  const document = parseYamlText(text)
  if (!document.ok) return refuse(document.error.message)
  const set = applySettings(document.value ?? {}, settings)
  if (!set.ok) return set
  const described = scenarioFromPrediction(set.value, {
    models: predictionModels,
    traceOf: path => ({kind: 'file', name: basename(path), sha256: ''}),
  })
  return described.ok ? described : refuse(described.error.message, described.error.field)
}

function prepare({scenario, tracePath}: ScenarioOfPrediction): Promise<Result<PreparedRun>> {
  return prepareRun(scenario, {
    loadTraffic: trafficFrom((own, options) => loadTrace([tracePath ?? ''], options, own)),
    timing: createTimingLoader(),
    memory: machineMemory(),
    nowMs: () => performance.now(),
  })
}

/** Files of others stay where they are: a folder in use is written to only on demand. */
function makeFolder({outputDir, overwrites}: PredictArguments): Result<null> {
  try {
    mkdirSync(outputDir, {recursive: true})
    if (!overwrites && readdirSync(outputDir).length > 0)
      return fail(
        `--output-dir: ${outputDir} is not empty; --overwrite writes into it all the same`,
        '--output-dir',
      )
  } catch (error) {
    return fail(`--output-dir: cannot write ${outputDir}: ${fileErrorReason(error)}`, '--output-dir')
  }
  return ok(null)
}

function runToEnd(prepared: PreparedRun): RunResult {
  const steps = simulatePrepared(prepared)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function write(
  {outputDir, asJson, capturesRequests}: PredictArguments,
  {inputs: {scenario, bootstrap}}: PreparedRun,
  result: RunResult,
  terminal: Terminal,
): void {
  const report = predictionReport(result, {
    capturesRequests,
    bootstrap: bootstrap && {prefill: bootstrap.prefill.length, decode: bootstrap.decode.length},
    mode: scenario.fleet.topology,
    benchmarkGranularity: scenario.benchmarkGranularity,
  })
  const path = join(outputDir, 'prediction.json')
  writeText(path, `${formatSorted(report, 2)}\n`)
  const requests = report.per_request as readonly unknown[] | null
  if (requests !== null)
    writeLines(
      join(outputDir, 'requests.jsonl'),
      requests.map(request => `${formatSorted(request, 0)}\n`),
    )
  if (asJson) terminal.writeOut(`${formatSorted(report.summary, 0)}\n`)
  else terminal.writeOut(`${formatReportTable(result.report)}\nSaved full report to: ${path}\n`)
}
