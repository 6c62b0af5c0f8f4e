import type {TraceFormat} from '../../config/trace-options.ts'
import {AgenticMooncakeReader} from './graph/agentic-mooncake.ts'
import {unpackZstd} from './packing/unpack-trace.ts'
import {recordsToLines} from './records/records-to-lines.ts'
import type {TraceReader} from './trace-reader.ts'

/** What only files of the user's own can need: handed to the reader, so that a page of bundled traces does without. */
export const OWN_FILES = {readRecords: recordsToLines, unpackZstd, createReader}

function createReader(bytes: Uint8Array, fileName: string, format: TraceFormat): TraceReader | null {
  return format === 'agentic_mooncake' ? new AgenticMooncakeReader(bytes, fileName) : null
}
