import {ok, type Result} from '../../core/result.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {OWN_FILES} from './own-files.ts'
import {parseTraceChunks} from './parse-in-steps.ts'
import type {ReadOptions} from './read-options.ts'

/** Reads a trace file of any format, plain or gzip. A trace with one bad line loads nothing. */
export function parseTrace(
  bytes: string | Uint8Array,
  fileName: string,
  options: ReadOptions = {},
): Result<ParsedTrace> {
  const read = parseTraceChunks(bytes, fileName, options, OWN_FILES)
  for (;;) {
    const next = read.next()
    if (next.done) return next.value.ok ? ok(next.value.value.parsed) : next.value
  }
}
