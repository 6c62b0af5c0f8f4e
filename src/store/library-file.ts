import {strToU8, Zip, ZipDeflate, ZipPassThrough} from 'fflate'
import {VERSION} from '../config/link/version.ts'
import {sha256Of} from '../host/sha256-of.ts'
import type {LibraryRecord, RecordKind} from './library-record.ts'

/**
 * The Library, or some of it, as one file. A ZIP, because anybody can open one and read the JSON in it, and because
 * fflate is here already for gzipped traces:
 *
 *     manifest.json        {format, version, made_by, created_at, records: [{kind, id, name, about, body}]}
 *     run/ID.json          the record as it is stored, with its own version
 *     run/ID.columns       its body: bytes as they are stored, JSON lines for the rows of a sweep, JSON for what a search ran
 *
 * `about` and `body` are {path, bytes, sha256}; the checksums are what tells a damaged record from a whole one.
 */
export const LIBRARY_FORMAT = 'planner-replay-library'
/** Of the container alone; every record carries a version of its own. */
export const LIBRARY_FILE_VERSION = 1
export const MANIFEST = 'manifest.json'

export interface FilePart {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export interface ManifestRecord {
  readonly kind: RecordKind
  readonly id: string
  readonly name: string
  readonly about: FilePart
  readonly body: FilePart | null
}

export interface Manifest {
  readonly format: typeof LIBRARY_FORMAT
  readonly version: number
  readonly made_by: string
  readonly created_at: string
  readonly records: readonly ManifestRecord[]
}

export interface ExportedRecord {
  readonly kind: RecordKind
  readonly about: LibraryRecord
  readonly body: Uint8Array<ArrayBuffer> | null
}

const BODY_EXTENSIONS: Readonly<Record<RecordKind, string>> = {
  run: 'columns',
  sweep: 'rows.jsonl',
  search: 'evidence.json',
  comparison: '',
  trace: 'trace',
  input: 'bytes',
}

/** Takes the records one at a time, so that no more than one of them is in memory twice. */
export async function writeLibraryFile(
  records: AsyncIterable<ExportedRecord>,
  createdAtMs: number,
): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let problem: Error | null = null
  const zip = new Zip((error, chunk) => {
    problem ??= error
    chunks.push(chunk as Uint8Array<ArrayBuffer>)
  })
  const listed: ManifestRecord[] = []
  for await (const {kind, about, body} of records) {
    const base = `${kind}/${about.id}`
    const aboutPart = await addPart(zip, `${base}.json`, jsonOf(about))
    const bodyPart = body === null ? null : await addPart(zip, `${base}.${BODY_EXTENSIONS[kind]}`, body)
    listed.push({kind, id: about.id, name: about.name, about: aboutPart, body: bodyPart})
  }
  const manifest: Manifest = {
    format: LIBRARY_FORMAT,
    version: LIBRARY_FILE_VERSION,
    made_by: VERSION,
    created_at: new Date(createdAtMs).toISOString(),
    records: listed,
  }
  await addPart(zip, MANIFEST, jsonOf(manifest))
  zip.end()
  if (problem !== null) throw problem
  return new Blob(chunks, {type: 'application/zip'})
}

/** Text shrinks; the columns of a run, and most traces, are compressed already. */
async function addPart(zip: Zip, path: string, bytes: Uint8Array<ArrayBuffer>): Promise<FilePart> {
  const isText = path.endsWith('.json') || path.endsWith('.jsonl')
  const entry = isText ? new ZipDeflate(path, {level: 6}) : new ZipPassThrough(path)
  zip.add(entry)
  const sha256 = await sha256Of(bytes)
  entry.push(bytes, true)
  return {path, bytes: bytes.length, sha256}
}

function jsonOf(value: unknown): Uint8Array<ArrayBuffer> {
  return strToU8(`${JSON.stringify(value, null, 1)}\n`) as Uint8Array<ArrayBuffer>
}
