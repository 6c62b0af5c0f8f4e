import type {FileSource, TraceSource} from '../../../config/scenario.ts'
import type {TraceReading} from '../../../config/trace-reading.ts'
import type {TraceInfo} from '../../../worker/protocol.ts'

/** What a refused file was tried with. */
export function formatKey({traceFormat, release}: TraceReading): string {
  return JSON.stringify([traceFormat, release])
}

export function pickKey(source: TraceSource, reading: TraceReading): string {
  return JSON.stringify([source, reading])
}

/** Also of a trace made anew in the file's place, whose checksum is its own. */
export function isSource(info: TraceInfo | null, {sha256}: FileSource): boolean {
  return info?.source.kind === 'file' && info.source.sha256 === sha256
}

/** A command line names a file and no checksum. */
export function checksumWords(sha256: string): string {
  return sha256 === '' ? 'it' : `the file with SHA-256 ${sha256.slice(0, 12)}…`
}
