import {isObject} from '../core/is-object.ts'
import type {LibraryRecord, RecordType} from './library-record.ts'
import {hasFields} from './shape.ts'

/** Runs of the Library looked at side by side, in their order. */
export interface SavedComparison extends LibraryRecord {
  readonly version: 1
  readonly runs: readonly ComparedMember[]
}

/** A run of a comparison, with what is needed to name it and to run it anew when it is gone. */
export interface ComparedMember {
  readonly id: string
  readonly name: string
  /** Its scenario as a link. */
  readonly link: string
}

export const COMPARISONS: RecordType<SavedComparison> = {
  kind: 'comparison',
  word: 'comparison',
  version: 1,
  migrations: new Map(),
  aboutKey: id => `comparison ${id}`,
  bodyKey: null,
  isWhole: ({runs}) => Array.isArray(runs) && runs.every(isMember),
}

function isMember(value: unknown): boolean {
  return isObject(value) && hasFields(value, {id: 'string', name: 'string', link: 'string'})
}
