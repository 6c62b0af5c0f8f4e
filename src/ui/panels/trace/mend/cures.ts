import {formatCsvColumns, parseCsvColumns} from '../../../../config/trace-options.ts'
import type {TraceOddity} from '../../../../trace/diagnose-trace.ts'
import type {ScenarioState} from '../../../model/scenario/scenario.svelte.ts'

type Cure = NonNullable<TraceOddity['cure']>

/** Field of the form that each flag stands for. */
const FIELDS = {
  '--trace-columns': 'trace_columns',
  '--trace-block-size': 'trace_block_size',
  '--trace-spread-ms': 'trace_spread_ms',
  '--trace-max-input': 'trace_max_input',
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
  }
}

export function applyCure(scenario: ScenarioState, {flag, value}: Cure): void {
  const key = FIELDS[flag]
  scenario.set('trace', key, key === 'trace_columns' ? withColumns(scenario, value) : value)
}

/** Columns that were named before stay. */
function withColumns(scenario: ScenarioState, value: string): string {
  const before = parseCsvColumns(String(scenario.draft('trace', 'trace_columns')))
  const added = parseCsvColumns(value)
  return before.ok && added.ok ? formatCsvColumns({...before.value, ...added.value}) : value
}
