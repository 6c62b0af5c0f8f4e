import {messageOf} from '../core/message-of.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {compareMeasured, type MeasuredComparison} from '../measured/compare-measured.ts'
import {type CalibrationOutcome, fitCalibration} from '../measured/fit-calibration.ts'
import type {MeasuredRun} from '../measured/measured-run.ts'
import {readMeasured} from '../measured/read-measured.ts'
import type {CalibrationRequest, MeasuredRequest, RunRequest} from './protocol.ts'

export async function compareMeasuredFile(request: MeasuredRequest): Promise<Result<MeasuredComparison>> {
  const run = await read(request)
  return run.ok ? ok(compareMeasured(run.value, request.simulated, request.overheadMs)) : run
}

/** @param replay runs the scenario of the request and gives what became of its requests */
export async function calibrateByFile(
  {run, measured}: CalibrationRequest,
  replay: (request: RunRequest) => Promise<Result<RequestColumns>>,
): Promise<Result<CalibrationOutcome>> {
  const file = await read(measured)
  if (!file.ok) return file
  return fitCalibration({
    scenario: run.scenario,
    measured: file.value,
    simulated: measured.simulated,
    replay: scenario => replay({...run, scenario}),
  })
}

async function read({file, fileName}: MeasuredRequest): Promise<Result<MeasuredRun>> {
  try {
    return readMeasured(new Uint8Array(await file.arrayBuffer()), fileName)
  } catch (error) {
    return fail(`${fileName} cannot be read: ${messageOf(error)}`)
  }
}
