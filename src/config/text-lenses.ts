import {ok} from '../core/result.ts'
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
