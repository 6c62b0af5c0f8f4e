import {encodeScenario} from '../config/link/url-codec.ts'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {DAMAGED, type Migrations, migrate} from './migrations.ts'
import {hasFields, type StoredRecord} from './shape.ts'

export const RECORD_KINDS = ['run', 'sweep', 'search', 'comparison', 'trace', 'input'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** What every record of the Library has; what its kind adds stands beside it. */
export interface LibraryRecord {
  readonly version: number
  readonly id: string
  readonly name: string
  readonly notes: string
  /** Wall clock, ms since 1970. */
  readonly createdAtMs: number
  /** Of the record and what hangs on it; 0 until it is stored. */
  readonly sizeBytes: number
}

/** What a person may change of any record. */
export type RecordEdits = Partial<Pick<LibraryRecord, 'name' | 'notes'>>

/** How one kind of record is stored and read. */
export interface RecordType<R extends LibraryRecord> {
  readonly kind: RecordKind
  /** What it is called in a sentence. */
  readonly word: string
  readonly version: number
  readonly migrations: Migrations
  /** Keys of the record itself, and of what is only read when it is opened; null = it is all in the record. */
  readonly aboutKey: (id: string) => string
  readonly bodyKey: ((id: string) => string) | null
  /** Whether what the kind adds is whole. */
  readonly isWhole: (record: StoredRecord) => boolean
  /** Only a type. */
  readonly example?: R
}

const COMMON = {
  id: 'string',
  name: 'string',
  notes: 'string',
  createdAtMs: 'number',
  sizeBytes: 'number',
} as const

/** A stored record as this build writes it, or why it cannot be read. */
export function readRecord<R extends LibraryRecord>(type: RecordType<R>, stored: unknown): Result<R> {
  const migrated = migrate(stored, {to: type.version, steps: type.migrations})
  if (!migrated.ok) return migrated
  const isWhole = hasFields(migrated.value, COMMON) && type.isWhole(migrated.value)
  return isWhole ? ok(migrated.value as unknown as R) : fail(DAMAGED)
}

/** A scenario is whole if it can be put into a link: that looks at every part of it. */
export function isScenario(value: unknown): value is Scenario {
  try {
    return encodeScenario(value as Scenario).length > 0
  } catch {
    return false
  }
}

/** `crypto.randomUUID` is not there on a plain-http address; this is. */
export function newRecordId(): string {
  const random = crypto.getRandomValues(new Uint32Array(2))
  return `${Date.now().toString(36)}-${Array.from(random, part => part.toString(36)).join('')}`
}

export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length
}
