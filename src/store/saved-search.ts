import type {Scenario} from '../config/scenario.ts'
import {isObject, type JsonObject} from '../core/is-object.ts'
import type {Result} from '../core/result.ts'
import type {PointFigures} from '../sweep/points.ts'
import {isScenario, type LibraryRecord, type RecordType} from './library-record.ts'
import {hasFields} from './shape.ts'

/** Of the stored form below. A change of it raises this number and adds a step to the migrations. */
export const SEARCH_VERSION = 1

/** A search: what was asked for around which setting, and its answer in a sentence. Its evidence is its body. */
export interface SavedSearch extends LibraryRecord {
  readonly version: typeof SEARCH_VERSION
  /** Today's setting, with the objective. */
  readonly scenario: Scenario
  /** As the form has it. */
  readonly spec: {
    readonly space: string
    readonly budget: number
    readonly generatesAnew: boolean
    readonly timeLimitS: number | null
    readonly mostCost: number | null
  }
  readonly traceTitle: string
  readonly traceSha256: string
  readonly profileSha256: string | null
  /** Money per GPU-hour by GPU; '' = any other. */
  readonly prices: Readonly<Record<string, number>>
  readonly currency: string
  /** What it found, in a sentence. */
  readonly sentence: string
  /** Runs of the whole trace, and of parts of it. */
  readonly fullRuns: number
  readonly partialRuns: number
  /** Why it ended; '' = it was stopped. */
  readonly ended: string
  /** Release whose runs these are. */
  readonly release: string
  /** Equal for two searches exactly if they ask the same. */
  readonly question: string
}

/** What an answer is made of again: the question as the search took it, and every run in the order it was asked for. */
export interface SearchEvidence {
  readonly problem: JsonObject
  readonly results: readonly (readonly [id: string, outcome: Result<PointFigures>])[]
  /** Why nothing holds; null where something does, or nobody asked. */
  readonly why: JsonObject | null
}

export const SEARCHES: RecordType<SavedSearch> = {
  kind: 'search',
  word: 'search',
  version: SEARCH_VERSION,
  migrations: new Map(),
  aboutKey: id => `search ${id}`,
  bodyKey: id => `evidence ${id}`,
  isWhole: record =>
    hasFields(record, {
      traceTitle: 'string',
      traceSha256: 'string',
      profileSha256: 'string or null',
      prices: 'object',
      currency: 'string',
      sentence: 'string',
      fullRuns: 'number',
      partialRuns: 'number',
      ended: 'string',
      release: 'string',
      question: 'string',
    }) &&
    isScenario(record.scenario) &&
    isSpec(record.spec),
}

function isSpec(value: unknown): boolean {
  if (!isObject(value) || !hasFields(value, {space: 'string', budget: 'number'})) return false
  return (
    typeof value.generatesAnew === 'boolean' &&
    [value.timeLimitS, value.mostCost].every(limit => limit === null || typeof limit === 'number')
  )
}
