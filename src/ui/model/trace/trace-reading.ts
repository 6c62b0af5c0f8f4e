import {
  formatTraceOptions,
  parseTraceOptions,
  TRACE_OPTION_KEYS,
} from '../../../config/link/trace-option-text.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {Values} from '../../kit/form/draft.ts'

/** The part of a scenario that says how its trace is read. */
export type TraceReading = Pick<
  Scenario,
  | 'traceBlockSize'
  | 'arrivalSpeedupRatio'
  | 'traceFormat'
  | 'traceSelection'
  | 'traceSeed'
  | 'replayConcurrency'
>

/** What the form says; the problem's `field` is the form's. */
export function traceReadingOf(values: Values): Result<TraceReading> {
  const texts = TRACE_OPTION_KEYS.flatMap(key => {
    const value = values[fieldKey(key)]
    return value === null || value === undefined ? [] : [[key, String(value)] as const]
  })
  const options = parseTraceOptions(new Map(texts))
  if (!options.ok) return fail(options.error.message, fieldKey(options.error.field ?? ''))
  const concurrency = values.replay_concurrency
  return ok({
    traceBlockSize: values.trace_block_size as number,
    arrivalSpeedupRatio: values.arrival_speedup_ratio as number,
    ...options.value,
    ...(typeof concurrency === 'number' ? {replayConcurrency: concurrency} : {}),
  })
}

/** The same the other way round. */
export function traceValuesOf(scenario: TraceReading): Values {
  const options = [...formatTraceOptions(scenario)].map(([key, text]) => [fieldKey(key), text] as const)
  return {
    trace_block_size: scenario.traceBlockSize,
    arrival_speedup_ratio: scenario.arrivalSpeedupRatio,
    replay_concurrency: scenario.replayConcurrency ?? null,
    ...Object.fromEntries(options),
  }
}

/** Takes the traffic from one scenario over into another: the trace and how it is read, or what is generated. */
export function withTraceOf(scenario: Scenario, from: Scenario): Scenario {
  const {reading} = splitTrace(from)
  const {synthetic: _, ...rest} = splitTrace(scenario).rest
  const {synthetic} = from
  return {...rest, ...reading, trace: from.trace, ...(synthetic === undefined ? {} : {synthetic})}
}

export function splitTrace(scenario: Scenario) {
  const {traceBlockSize, arrivalSpeedupRatio, traceFormat, traceSelection, traceSeed, ...others} = scenario
  const {replayConcurrency, ...rest} = others
  const reading: TraceReading = {
    traceBlockSize,
    arrivalSpeedupRatio,
    ...(traceFormat === undefined ? {} : {traceFormat}),
    ...(traceSelection === undefined ? {} : {traceSelection}),
    ...(traceSeed === undefined ? {} : {traceSeed}),
    ...(replayConcurrency === undefined ? {} : {replayConcurrency}),
  }
  return {reading, rest}
}

function fieldKey(optionKey: string): string {
  return optionKey.replaceAll('-', '_')
}
