import type {LibraryRecord, RecordType} from './library-record.ts'
import {hasFields} from './shape.ts'

/** A trace kept in the browser: downloaded from another host, or a local file the user chose to keep. */
export interface KeptTrace extends LibraryRecord {
  readonly version: 1
  /** The checksum of its bytes, lower-case hex, which are its body. */
  readonly id: string
  readonly origin: 'download' | 'file'
  /** Of the catalogue's entry, or the file's; empty for one that was kept before names were. */
  readonly fileName: string
}

export const TRACES: RecordType<KeptTrace> = {
  kind: 'trace',
  word: 'trace',
  version: 1,
  migrations: new Map(),
  aboutKey: id => `about ${id}`,
  // Bare, as the first release wrote them.
  bodyKey: id => id,
  isWhole: record =>
    hasFields(record, {fileName: 'string'}) && (record.origin === 'download' || record.origin === 'file'),
}
