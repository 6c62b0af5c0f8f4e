import {formatCsvColumns, parseCsvColumns} from '../../../../config/trace-options.ts'
import type {OddityCure as Cure} from '../../../../trace/doctor/oddity.ts'
import type {ScenarioState} from '../../../model/scenario/scenario.svelte.ts'

/** Field of the form that each flag stands for. */
const FIELDS = {
  '--trace-columns': 'trace_columns',
  '--trace-block-size': 'trace_block_size',
  '--trace-spread-ms': 'trace_spread_ms',
  '--trace-max-input': 'trace_max_input',
  '--trace-start-s': 'trace_start_s',
  '--trace-end-s': 'trace_end_s',
  '--trace-limit': 'trace_limit',
  '--trace-leave-out': 'trace_leave_out',
} as const

const UNITS: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
}

export function cureLabel({flag, value}: Cure): string {
  switch (flag) {
    case '--trace-columns':
      return `Read times as ${UNITS[value.replace('unit=', '')] ?? value}`
    case '--trace-block-size':
      return `Use blocks of ${value} tokens`
    case '--trace-spread-ms':
      return `Spread arrivals over ${Number(value) / 1000} s`
    case '--trace-max-input':
      return `Leave out prompts over ${value} tokens`
    case '--trace-start-s':
      return 'Replay only what comes after the gap'
    case '--trace-end-s':
      return 'Replay only what comes before the gap'
    case '--trace-limit':
      return `Replay the first ${value} requests`
    case '--trace-leave-out':
      return `Leave out these ${value.split(',').length} lines`
  }
}

export function applyCure(scenario: ScenarioState, {flag, value}: Cure): void {
  scenario.set('trace', FIELDS[flag], valueWith(scenario, {flag, value}))
}

/** What was said before stays where a field takes several things. */
function valueWith(scenario: ScenarioState, {flag, value}: Cure): string {
  if (flag === '--trace-columns') return withColumns(scenario, value)
  const before = String(scenario.draft('trace', FIELDS[flag]))
  return flag === '--trace-leave-out' && before !== '' ? `${before},${value}` : value
}

/** Columns that were named before stay. */
function withColumns(scenario: ScenarioState, value: string): string {
  const before = parseCsvColumns(String(scenario.draft('trace', 'trace_columns')))
  const added = parseCsvColumns(value)
  return before.ok && added.ok ? formatCsvColumns({...before.value, ...added.value}) : value
}
