import type {LibraryRecord, RecordType} from './library-record.ts'
import {hasFields} from './shape.ts'

/** A file of the user's own that scenarios name: recorded pass times, or a model's config.json. */
export interface KeptInput extends LibraryRecord {
  readonly version: 1
  /** The checksum of its bytes, lower-case hex, which are its body. */
  readonly id: string
  readonly what: 'profile' | 'model'
  /** What scenarios call it: a profile's file name, a model's path. */
  readonly fileName: string
}

export const INPUTS: RecordType<KeptInput> = {
  kind: 'input',
  word: 'profile or model',
  version: 1,
  migrations: new Map(),
  aboutKey: id => `input ${id}`,
  bodyKey: id => `input-bytes ${id}`,
  isWhole: record =>
    hasFields(record, {fileName: 'string'}) && (record.what === 'profile' || record.what === 'model'),
}

export function inputRecord(of: Pick<KeptInput, 'id' | 'what' | 'fileName' | 'sizeBytes'>): KeptInput {
  return {version: 1, ...of, name: of.fileName, notes: '', createdAtMs: Date.now()}
}
