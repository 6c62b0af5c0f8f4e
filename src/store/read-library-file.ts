import {strFromU8, unzipSync} from 'fflate'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import {
  type FilePart,
  LIBRARY_FILE_VERSION,
  LIBRARY_FORMAT,
  MANIFEST,
  type Manifest,
  type ManifestRecord,
} from './library-file.ts'
import {hasFields} from './shape.ts'

/** More than any browser stores for a record; a file that claims more would only exhaust the tab. */
const MAX_PART_BYTES = 1 << 30

/** A library file whose list of contents was read; the records themselves are read one by one. */
export interface OpenedLibraryFile {
  readonly records: readonly ManifestRecord[]
  /** The record as JSON and the bytes of its body, both checked against their checksums. */
  read(record: ManifestRecord): Promise<Result<RawRecord>>
}

export interface RawRecord {
  readonly about: unknown
  readonly body: Uint8Array<ArrayBuffer> | null
}

/** Total: whatever the file is, the answer is its contents or a sentence that says what is wrong with it. */
export function openLibraryFile(bytes: Uint8Array<ArrayBuffer>, fileName: string): Result<OpenedLibraryFile> {
  if (bytes.length === 0) return fail(`${fileName} is empty`)
  if (!startsLikeZip(bytes)) return fail(`${fileName} is not a Planner Replay library: it is not a ZIP file`)
  const sizes = entrySizes(bytes)
  if (sizes === null) return fail(`${fileName} is damaged or cut short: its list of contents cannot be read`)
  if (!sizes.has(MANIFEST))
    return fail(`${fileName} is a ZIP file, but not a Planner Replay library: it has no ${MANIFEST}`)
  const manifest = readManifest(extract(bytes, MANIFEST, sizes), fileName)
  if (!manifest.ok) return manifest
  return ok({
    records: manifest.value.records,
    read: record => readRecordParts(bytes, sizes, record),
  })
}

function startsLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b
}

/** Unpacked bytes by path; null = not a whole ZIP. */
function entrySizes(bytes: Uint8Array): ReadonlyMap<string, number> | null {
  const sizes = new Map<string, number>()
  try {
    unzipSync(bytes, {
      filter: ({name, originalSize}) => {
        sizes.set(name, originalSize)
        return false
      },
    })
    return sizes
  } catch {
    return null
  }
}

/** null = not there, too large, or damaged. */
function extract(
  bytes: Uint8Array,
  path: string,
  sizes: ReadonlyMap<string, number>,
): Uint8Array<ArrayBuffer> | null {
  if ((sizes.get(path) ?? Number.POSITIVE_INFINITY) > MAX_PART_BYTES) return null
  try {
    return (unzipSync(bytes, {filter: ({name}) => name === path})[path] ??
      null) as Uint8Array<ArrayBuffer> | null
  } catch {
    return null
  }
}

function readManifest(bytes: Uint8Array | null, fileName: string): Result<Manifest> {
  const value = bytes === null ? null : parseJson(bytes)
  if (!isObject(value)) return fail(`${fileName} is damaged: its ${MANIFEST} cannot be read`)
  if (value.format !== LIBRARY_FORMAT)
    return fail(
      `${fileName} is a ZIP file, but not a Planner Replay library: its ${MANIFEST} says nothing of one`,
    )
  if (!Number.isInteger(value.version)) return fail(`${fileName} is damaged: its ${MANIFEST} has no version`)
  if ((value.version as number) > LIBRARY_FILE_VERSION)
    return fail(
      `${fileName} was made by a newer version of Planner Replay (format ${value.version}, this page reads ${LIBRARY_FILE_VERSION}): update the page`,
    )
  if (!Array.isArray(value.records) || !value.records.every(isManifestRecord))
    return fail(`${fileName} is damaged: its ${MANIFEST} has no proper list of records`)
  return ok(value as unknown as Manifest)
}

/** A kind of a later release is let through, to be refused by its name. */
function isManifestRecord(value: unknown): boolean {
  return (
    isObject(value) &&
    hasFields(value, {kind: 'string', id: 'string', name: 'string'}) &&
    isPart(value.about) &&
    (value.body === null || isPart(value.body))
  )
}

function isPart(value: unknown): boolean {
  return isObject(value) && hasFields(value, {path: 'string', bytes: 'number', sha256: 'string'})
}

async function readRecordParts(
  bytes: Uint8Array,
  sizes: ReadonlyMap<string, number>,
  {about, body}: ManifestRecord,
): Promise<Result<RawRecord>> {
  const aboutBytes = await readPart(bytes, sizes, about)
  if (!aboutBytes.ok) return aboutBytes
  const value = parseJson(aboutBytes.value)
  if (value === undefined) return fail(`${about.path} is not JSON`)
  if (body === null) return ok({about: value, body: null})
  const bodyBytes = await readPart(bytes, sizes, body)
  return bodyBytes.ok ? ok({about: value, body: bodyBytes.value}) : bodyBytes
}

async function readPart(
  bytes: Uint8Array,
  sizes: ReadonlyMap<string, number>,
  {path, sha256}: FilePart,
): Promise<Result<Uint8Array<ArrayBuffer>>> {
  if (!sizes.has(path)) return fail(`${path} is missing from the file`)
  const part = extract(bytes, path, sizes)
  if (part === null) return fail(`${path} is damaged`)
  return (await sha256Of(part)) === sha256 ? ok(part) : fail(`${path} is damaged: its checksum is another`)
}

/** undefined = not JSON. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(bytes))
  } catch {
    return undefined
  }
}
