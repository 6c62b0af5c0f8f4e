import {unpackZstd} from './packing/unpack-trace.ts'
import {recordsToLines} from './records/records-to-lines.ts'

/** What only files of the user's own can need: handed to the reader, so that a page of bundled traces does without. */
export const OWN_FILES = {readRecords: recordsToLines, unpackZstd}
