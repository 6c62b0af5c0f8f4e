import {ok} from '../core/result.ts'
import {formatCalibration, parseCalibration} from './calibration.ts'
import {formatObjective, parseObjective} from './objective.ts'
import {type ScenarioLens, within, withOrWithout} from './scenario-lens.ts'
import {formatCsvColumns, parseCsvColumns} from './trace-options.ts'

/** Told as one text, `ttft:1500,itl:50,share:0.95`. */
export function objectiveLens(): ScenarioLens {
  return {
    read: ({objective}) => (objective === undefined ? null : formatObjective(objective)),
    write: (scenario, value) => {
      if (value === null) return ok(withOrWithout(scenario, 'objective', null))
      const objective = parseObjective(String(value))
      return objective.ok ? ok({...scenario, objective: objective.value}) : objective
    },
  }
}

/** Told as one text, `overhead:24,requests:118,before:0.31,after:0.06,of:run.jsonl`. */
export function calibrationLens(): ScenarioLens {
  return {
    read: ({calibration}) => (calibration === undefined ? null : formatCalibration(calibration)),
    write: (scenario, value) => {
      if (value === null) return ok(withOrWithout(scenario, 'calibration', null))
      const calibration = parseCalibration(String(value))
      return calibration.ok ? ok({...scenario, calibration: calibration.value}) : calibration
    },
  }
}

/** Told as one text, `timestamp=ts,input=prompt`. */
export function columnsLens(): ScenarioLens {
  const lens = within('traceFormat', 'columns')
  return {
    read: ({traceFormat}) =>
      traceFormat?.columns === undefined ? null : formatCsvColumns(traceFormat.columns),
    write: (scenario, value) => {
      if (value === null) return lens.write(scenario, null)
      const columns = parseCsvColumns(String(value))
      return columns.ok ? lens.write(scenario, columns.value as never) : columns
    },
  }
}
