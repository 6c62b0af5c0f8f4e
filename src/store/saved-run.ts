import type {Scenario} from '../config/scenario.ts'
import {isObject} from '../core/is-object.ts'
import type {Report} from '../report/report.ts'
import type {ScalingEvent} from '../scaling/record.ts'
import type {RunOutcome} from '../worker/protocol.ts'
import {currentTick} from './former-ticks.ts'
import {isScenario, type LibraryRecord, type RecordType} from './library-record.ts'
import {type Migration, withScaling} from './migrations.ts'
import {hasFields, type StoredRecord} from './shape.ts'

export type PackedRun = Uint8Array<ArrayBuffer>

/** Of the stored form below. A change of it raises this number and adds a step to the migrations. */
const RUN_VERSION = 3

/** What the list of saved runs shows and compares by; small, so that a long list is read at once. */
export interface RunSummary extends LibraryRecord {
  readonly version: typeof RUN_VERSION
  /** The run whose scenario this one's was made from; null = none, or not known. */
  readonly parentId: string | null
  readonly scenario: Scenario
  readonly report: Report
  readonly scaleUps: number
  readonly scaleDowns: number
  readonly traceTitle: string
  readonly traceSha256: string
  /** Of the recorded pass times; absent where none were used, or kept before they were noted. */
  readonly profileSha256?: string
}

export const RUNS: RecordType<RunSummary> = {
  kind: 'run',
  word: 'run',
  version: RUN_VERSION,
  migrations: new Map<number, Migration>([
    // Version 1 had neither notes nor history.
    [1, record => ({...record, notes: '', parentId: null})],
    // Up to version 2 Dynamo's planner was the only policy.
    [2, withScaling],
  ]),
  aboutKey: id => `summary ${id}`,
  bodyKey: id => `packed ${id}`,
  isWhole: record =>
    hasFields(record, {traceTitle: 'string', parentId: 'string or null', report: 'object'}) &&
    isObject((record.report as StoredRecord).planner_replay) &&
    isScenario(record.scenario),
}

/**
 * The heavy part of a saved run, packed by the worker: the policy's record, columns and chart columns. The gaps between
 * all tokens stay out: they are eight tenths of a run's bytes, and what is shown of them (report, distribution) is in.
 */
export type SavedOutcome = Omit<RunOutcome, 'result'> & {
  readonly result: Omit<RunOutcome['result'], 'engine' | 'scaling'> & {
    /** What any policy recorded, under the name it has had since there was one policy only. */
    readonly planner: RunOutcome['result']['scaling']
    /** Runs saved before there were such columns have no loads and events. */
    readonly engine: Omit<EngineRecord, 'tokenGaps' | LaterColumns> &
      Partial<Pick<EngineRecord, LaterColumns>>
  }
}

type EngineRecord = RunOutcome['result']['engine']
type LaterColumns = 'loads' | 'requestEvents'

export function savedOutcome({result, ...pictured}: RunOutcome): SavedOutcome {
  const {scaling: planner, ...kept} = result
  const {tokenGaps: _, ...engine} = result.engine
  return {...pictured, result: {...kept, planner, engine}}
}

export function restoredOutcome(saved: SavedOutcome): RunOutcome {
  const tokenGaps = {length: 0, gapMs: new Float64Array(), count: new Uint32Array()}
  const {planner, engine, ...result} = saved.result
  const {loads = noLoads(saved), requestEvents = NO_EVENTS, ...kept} = engine
  const scaling = planner && {...planner, ticks: planner.ticks.map(currentTick)}
  return {...saved, result: {...result, scaling, engine: {...kept, loads, requestEvents, tokenGaps}}}
}

function noLoads({result}: SavedOutcome): EngineRecord['loads'] {
  const instances = result.engine.workers.length
  return {
    binMs: 1000,
    offset: new Int32Array(instances + 1),
    firstBin: new Int32Array(instances),
    busyMs: new Float64Array(),
    queued: new Int32Array(),
    kvShare: new Float64Array(),
  }
}

const NO_EVENTS: EngineRecord['requestEvents'] = {
  chunks: {
    length: 0,
    request: new Int32Array(),
    startMs: new Float64Array(),
    endMs: new Float64Array(),
    tokens: new Int32Array(),
    onPrefill: new Uint8Array(),
  },
  preemptions: {length: 0, request: new Int32Array(), atMs: new Float64Array(), onPrefill: new Uint8Array()},
}

/** Whether an unpacked value is a run's heavy part, as far as everything that draws it relies on. */
export function isSavedOutcome(value: unknown): value is SavedOutcome {
  if (!isObject(value) || !isObject(value.result) || !isObject(value.pictures)) return false
  const {report, engine, planner} = value.result
  return isObject(report) && isObject(engine) && isObject(engine.requests) && typeof planner === 'object'
}

interface NewRun {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  readonly scenario: Scenario
  readonly outcome: RunOutcome
  readonly traceTitle: string
  readonly parentId: string | null
  readonly profileSha256?: string | null
}

export function summaryOf({outcome, profileSha256 = null, ...named}: NewRun): RunSummary {
  const {report, scaling} = outcome.result
  const events: readonly ScalingEvent[] = scaling?.scalingEvents ?? []
  return {
    ...named,
    version: RUN_VERSION,
    notes: '',
    report,
    scaleUps: events.filter(event => event.to_count > event.from_count).length,
    scaleDowns: events.filter(event => event.to_count < event.from_count).length,
    traceSha256: report.planner_replay.trace_sha256,
    sizeBytes: 0,
    ...(profileSha256 === null ? {} : {profileSha256}),
  }
}
