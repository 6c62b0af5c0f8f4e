import type {Scenario} from '../config/scenario.ts'
import type {ScalingEvent} from '../planner/record.ts'
import type {Report} from '../report/report.ts'
import type {RunOutcome} from '../worker/protocol.ts'

/** Of the stored form below. A change of it raises this number and adds a step to `migrations.ts`. */
export const RUN_VERSION = 1

/** What the list of saved runs shows and compares by; small, so that a long list is read at once. */
export interface RunSummary {
  readonly version: typeof RUN_VERSION
  readonly id: string
  readonly name: string
  /** Wall clock, ms since 1970. */
  readonly createdAtMs: number
  readonly scenario: Scenario
  readonly report: Report
  readonly scaleUps: number
  readonly scaleDowns: number
  readonly traceTitle: string
  readonly traceSha256: string
  /** Of the packed run; 0 until it is stored. */
  readonly sizeBytes: number
}

/**
 * The heavy part of a saved run, packed by the worker: planner record, columns and chart columns. The gaps between
 * all tokens stay out: they are eight tenths of a run's bytes, and what is shown of them (report, distribution) is in.
 */
export type SavedOutcome = Omit<RunOutcome, 'result'> & {
  readonly result: Omit<RunOutcome['result'], 'engine'> & {
    readonly engine: Omit<RunOutcome['result']['engine'], 'tokenGaps'>
  }
}

export function savedOutcome(outcome: RunOutcome): SavedOutcome {
  const {tokenGaps: _, ...engine} = outcome.result.engine
  return {...outcome, result: {...outcome.result, engine}}
}

export function restoredOutcome(saved: SavedOutcome): RunOutcome {
  const tokenGaps = {length: 0, gapMs: new Float64Array(), count: new Uint32Array()}
  return {...saved, result: {...saved.result, engine: {...saved.result.engine, tokenGaps}}}
}

interface NewRun {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  readonly scenario: Scenario
  readonly outcome: RunOutcome
  readonly traceTitle: string
}

export function summaryOf({outcome, ...named}: NewRun): RunSummary {
  const {report, planner} = outcome.result
  const events: readonly ScalingEvent[] = planner?.scalingEvents ?? []
  return {
    ...named,
    version: RUN_VERSION,
    report,
    scaleUps: events.filter(event => event.to_count > event.from_count).length,
    scaleDowns: events.filter(event => event.to_count < event.from_count).length,
    traceSha256: report.planner_replay.trace_sha256,
    sizeBytes: 0,
  }
}
