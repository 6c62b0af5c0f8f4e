import type {Scenario} from '../config/scenario.ts'
import type {SweepRow} from '../sweep/points.ts'
import {isScenario, type LibraryRecord, type RecordType} from './library-record.ts'
import {hasFields, isObject, type StoredRecord} from './shape.ts'

interface Knob {
  readonly key: string
  readonly values: string
}

/** A sweep: what was varied around which scenario. Its rows are its body, one per point that ended. */
export interface SavedSweep extends LibraryRecord {
  readonly version: 1
  readonly scenario: Scenario
  readonly spec: {readonly first: Knob; readonly second: Knob | null; readonly repeats: number}
  readonly traceTitle: string
  readonly traceSha256: string
  readonly profileSha256: string | null
  readonly pointCount: number
  readonly finishedCount: number
  /** Release whose runs these are: another one runs them anew. */
  readonly release: string
  /** Equal for two sweeps exactly if they ask the same: spec, scenario, trace, profile. */
  readonly question: string
}

export type SavedRows = readonly SweepRow[]

export const SWEEPS: RecordType<SavedSweep> = {
  kind: 'sweep',
  word: 'sweep',
  version: 1,
  migrations: new Map(),
  aboutKey: id => `sweep ${id}`,
  bodyKey: id => `rows ${id}`,
  isWhole: record =>
    hasFields(record, {
      traceTitle: 'string',
      traceSha256: 'string',
      profileSha256: 'string or null',
      pointCount: 'number',
      finishedCount: 'number',
      release: 'string',
      question: 'string',
    }) &&
    isScenario(record.scenario) &&
    isSpec(record.spec),
}

/** Rows enough like rows to be drawn; what cannot be is left out. */
export function readRows(body: unknown): SavedRows {
  if (!Array.isArray(body)) return []
  return body.filter(
    (row): row is SweepRow =>
      isObject(row) &&
      hasFields(row, {id: 'string', key: 'string', axes: 'object', phase_shift_s: 'number'}) &&
      (typeof row.error === 'string' || hasFields(row, {mean_ttft_ms: 'number', gpu_hours: 'number'})),
  )
}

function isSpec(value: unknown): boolean {
  return (
    isObject(value) &&
    hasFields(value, {repeats: 'number', first: 'object'}) &&
    isKnob(value.first) &&
    (value.second === null || isKnob(value.second))
  )
}

function isKnob(value: unknown): boolean {
  return hasFields((value ?? {}) as StoredRecord, {key: 'string', values: 'string'})
}
