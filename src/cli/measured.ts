import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import type {Scenario} from '../config/scenario.ts'
import {flagOf, scenarioField} from '../config/scenario-fields.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {compareMeasured} from '../measured/compare-measured.ts'
import {type CalibrationOutcome, fitCalibration} from '../measured/fit-calibration.ts'
import type {MeasuredRun} from '../measured/measured-run.ts'
import {formatMeasured} from '../measured/measured-text.ts'
import {readMeasured} from '../measured/read-measured.ts'
import {withoutCalibration} from '../measured/speed-factors.ts'
import {tellCalibration} from '../measured/words.ts'
import {uncalibratedFigures} from '../report/calibrated.ts'
import {type PreparedRun, prepareRun, type RunPorts} from '../run/prepare-run.ts'
import type {RunResult} from '../run/run.ts'
import {runTo} from '../run/run-to.ts'
import {fileErrorReason} from './file-errors.ts'

/** What `--measured` and `--calibrate` ask for; null = nothing. */
export interface AskedMeasured {
  readonly run: MeasuredRun
  readonly calibrates: boolean
}

/** Read before the run: a file that cannot be read costs nobody a replay. */
export function loadMeasured(flags: ReadonlyMap<string, string>): Result<AskedMeasured | null> {
  const path = flags.get('--measured')
  const calibrates = flags.has('--calibrate')
  if (path === undefined)
    return calibrates ? fail('--calibrate needs --measured FILE', '--calibrate') : ok(null)
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return fail(`--measured: cannot read ${path}: ${fileErrorReason(error)}`, '--measured')
  }
  const run = readMeasured(bytes, basename(path))
  return run.ok ? ok({run: run.value, calibrates}) : fail(`--measured: ${run.error.message}`, '--measured')
}

export interface MeasuredInput {
  readonly asked: AskedMeasured
  readonly scenario: Scenario
  readonly result: RunResult
  readonly replay: (scenario: Scenario) => Promise<Result<RequestColumns>>
}

/** The comparison, and the calibration where it is asked for, as text. */
export async function tellMeasured({
  asked,
  scenario,
  result,
  replay,
}: MeasuredInput): Promise<Result<string>> {
  const {run, calibrates} = asked
  const simulated = result.engine.requests
  const compared = formatMeasured(compareMeasured(run, simulated, scenario.calibration?.overheadMs))
  if (!calibrates) return ok(compared)
  const fitted = await fitCalibration({scenario, measured: run, simulated, replay})
  if (!fitted.ok) return fitted
  const {verdict, sentence} = tellCalibration(fitted.value)
  return ok(`${compared}${verdict} ${sentence}\n${flagsOf(fitted.value)}`)
}

/** How to go on with it. */
function flagsOf({isAccepted, scenario}: CalibrationOutcome): string {
  const field = scenarioField('calibration')
  const text = field?.read(scenario) ?? null
  if (!isAccepted || field === null || text === null) return ''
  const {fleet} = scenario
  const args = fleet.topology === 'agg' ? [fleet.workers.args] : [fleet.prefill.args, fleet.decode.args]
  const ratios = args.map(
    ({speedup_ratio, decode_speedup_ratio}) =>
      `speedup_ratio ${speedup_ratio}, decode_speedup_ratio ${decode_speedup_ratio}`,
  )
  return `Engine args with it: ${ratios.join('; ')}; and ${flagOf(field)} '${text}'\n`
}

/** A run that was made, and how another is. */
interface CalibratedInput {
  readonly prepared: PreparedRun
  readonly ports: RunPorts
}

/** The latencies of the same run before its calibration, which a second run gives. */
export async function withUncalibrated(
  result: RunResult,
  {prepared, ports}: CalibratedInput,
): Promise<RunResult> {
  const before = withoutCalibration(prepared.inputs.scenario)
  if (before === null) return result
  const own = await prepareRun(before, ports)
  // What ran calibrated can only fail by its memory: the run itself is worth telling then.
  const figures = own.ok ? runTo(own.value, ({report}) => uncalibratedFigures(report)) : own
  if (!figures.ok) return result
  const {report} = result
  return {
    ...result,
    report: {...report, planner_replay: {...report.planner_replay, uncalibrated: figures.value}},
  }
}
