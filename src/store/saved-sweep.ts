import type {Scenario} from '../config/scenario.ts'
import {isObject} from '../core/is-object.ts'
import type {SweepRow} from '../sweep/points.ts'
import type {RepeatKind, Repeats} from '../sweep/repeats.ts'
import {isScenario, type LibraryRecord, type RecordType} from './library-record.ts'
import {type Migration, withScaling} from './migrations.ts'
import {hasFields, type StoredRecord} from './shape.ts'

interface Knob {
  readonly key: string
  readonly values: string
}

/** Of the stored form below. A change of it raises this number and adds a step to the migrations. */
export const SWEEP_VERSION = 3

/** A sweep: what was varied around which scenario. Its rows are its body, one per point that ended. */
export interface SavedSweep extends LibraryRecord {
  readonly version: typeof SWEEP_VERSION
  readonly scenario: Scenario
  readonly spec: {
    readonly first: Knob
    readonly second: Knob | null
    readonly repeats: Repeats
    /** Every point has the KV cache that its engine has room for. */
    readonly sizesKv?: boolean
  }
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
  version: SWEEP_VERSION,
  migrations: new Map<number, Migration>([
    // Version 1 knew only phases to repeat over, and so no more than their number.
    [1, record => ({...record, spec: withPhases(record.spec)})],
    // Up to version 2 Dynamo's planner was the only policy.
    [2, withScaling],
  ]),
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
    hasFields(value, {repeats: 'object', first: 'object'}) &&
    isRepeats(value.repeats) &&
    isKnob(value.first) &&
    (value.second === null || isKnob(value.second))
  )
}

function withPhases(spec: unknown): unknown {
  return isObject(spec) ? {...spec, repeats: {of: 'phase', count: spec.repeats}} : spec
}

function isRepeats(value: unknown): boolean {
  return isObject(value) && hasFields(value, {count: 'number'}) && isRepeatKind(value.of)
}

function isKnob(value: unknown): boolean {
  return hasFields((value ?? {}) as StoredRecord, {key: 'string', values: 'string'})
}

const REPEAT_KINDS: Readonly<Record<RepeatKind, true>> = {phase: true, seed: true, order: true}

function isRepeatKind(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(REPEAT_KINDS, value)
}
