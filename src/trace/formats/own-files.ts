import type {TraceFormat} from '../../config/trace-options.ts'
import {unreachable} from '../../core/assert.ts'
import {AgenticReader} from './agentic.ts'
import {BailianReader} from './bailian.ts'
import {CsvReader} from './csv/csv-trace.ts'
import {detectFormat} from './detect-format.ts'
import {DynamoReader} from './dynamo.ts'
import {AgenticMooncakeReader} from './graph/agentic-mooncake.ts'
import {LengthsReader} from './lengths/lengths-reader.ts'
import {unpackZstd} from './packing/unpack-trace.ts'
import type {ReadOptions} from './read-options.ts'
import {recordsToLines} from './records/records-to-lines.ts'
import type {TraceReader} from './trace-reader.ts'
import {WekaGraphReader} from './weka/weka-graph.ts'
import {WekaReader} from './weka/weka-sessions.ts'

/** What only files of the user's own can need: handed to the reader, so that a page of bundled traces does without. */
export const OWN_FILES = {readRecords: recordsToLines, unpackZstd, detectFormat, createReader}

function createReader(
  bytes: Uint8Array,
  fileName: string,
  {format, columns = {}, release}: ReadOptions & {readonly format: TraceFormat},
): TraceReader | null {
  switch (format) {
    case 'mooncake':
    case 'mooncake-delta':
      return null
    case 'agentic_mooncake':
      return new AgenticMooncakeReader(bytes, fileName)
    case 'applied_compute_agentic':
      return new AgenticReader(bytes, fileName)
    case 'dynamo':
      return new DynamoReader(bytes, fileName)
    case 'bailian':
      return new BailianReader(bytes, fileName, columns.unit ?? 's')
    case 'weka':
      return release === '1.6.1' ? new WekaGraphReader(bytes, fileName) : new WekaReader(bytes, fileName)
    case 'lengths':
      return new LengthsReader(bytes, fileName, columns)
    case 'azure':
    case 'burstgpt':
    case 'csv':
      return new CsvReader(bytes, {fileName, format, columns})
    default:
      return unreachable(format)
  }
}
