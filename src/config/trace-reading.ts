import type {Scenario} from './scenario.ts'

/** The part of a scenario that says how its trace is read. */
export type TraceReading = Pick<
  Scenario,
  | 'traceBlockSize'
  | 'arrivalSpeedupRatio'
  | 'traceFormat'
  | 'traceSelection'
  | 'traceSeed'
  | 'replayConcurrency'
  | 'release'
>

/** That part alone; what is absent stays absent. */
export function readingOf(scenario: Scenario): TraceReading {
  const {traceBlockSize, arrivalSpeedupRatio, traceFormat, traceSelection, traceSeed} = scenario
  const {replayConcurrency, release} = scenario
  return {
    traceBlockSize,
    arrivalSpeedupRatio,
    ...(traceFormat === undefined ? {} : {traceFormat}),
    ...(traceSelection === undefined ? {} : {traceSelection}),
    ...(traceSeed === undefined ? {} : {traceSeed}),
    ...(replayConcurrency === undefined ? {} : {replayConcurrency}),
    ...(release === undefined ? {} : {release}),
  }
}
