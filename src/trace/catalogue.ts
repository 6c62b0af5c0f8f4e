import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {isGzip} from './formats/gzip.ts'

/** A trace the site offers. */
export interface CatalogueEntry {
  readonly id: string
  readonly title: string
  readonly description: string
  /** File name beside the catalogue, the https address of a trace on another host, or `generated:` and its id. */
  readonly file: string
  /** Lower-case hex, of the file's bytes as served. */
  readonly sha256: string
  readonly bytes: number
  /**
   * The same of the contents of a packed file: a server that declares the packing (`content-encoding: gzip`, by the
   * name's end) makes the browser take it off.
   */
  readonly unpackedSha256?: string
  readonly unpackedBytes?: number
  /** `bytes` is only about right: the checksum alone decides. */
  readonly isSizeEstimate?: true
  readonly requests: number
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
  readonly licence: string
  /** How the file was made: by which generator, from which seed. */
  readonly madeBy: string
}

export interface Catalogue {
  readonly version: 1
  readonly traces: readonly CatalogueEntry[]
}

/** The host's SHA-256 of bytes as lower-case hex: `crypto.subtle` in a browser, `node:crypto` in Node. */
export type Sha256 = (bytes: Uint8Array) => Promise<string>

const TEXT_FIELDS = ['id', 'title', 'description', 'file', 'sha256', 'licence', 'madeBy'] as const
const NUMBER_FIELDS = ['bytes', 'requests', 'traceBlockSize'] as const

export function parseCatalogue(text: string): Result<Catalogue> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fail('the trace catalogue is not JSON')
  }
  if (!isObject(value) || value.version !== 1)
    return fail('the trace catalogue has an unknown version', 'version')
  if (!Array.isArray(value.traces)) return fail('the trace catalogue has no list of traces', 'traces')
  const traces: CatalogueEntry[] = []
  for (const [index, entry] of value.traces.entries()) {
    const parsed = parseEntry(entry, index)
    if (!parsed.ok) return parsed
    traces.push(parsed.value)
  }
  return ok({version: 1, traces})
}

/** Whether a trace is on another host, where only its user may send the browser. */
export function isRemote({file}: CatalogueEntry): boolean {
  return /^https?:\/\//.test(file)
}

/** How a trace without a file is named where a file's name is wanted. */
export const GENERATED_PREFIX = 'generated:'

/** Whether a trace has no file and is made where it is replayed. */
export function isGenerated({file}: CatalogueEntry): boolean {
  return file.startsWith(GENERATED_PREFIX)
}

export function fileNameOf({file}: CatalogueEntry): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** Says what is wrong if the bytes are not those of the catalogue, packed or unpacked; null if they are. */
export async function checkTraceBytes(
  entry: CatalogueEntry,
  bytes: Uint8Array,
  sha256: Sha256,
): Promise<string | null> {
  const {unpackedSha256, unpackedBytes} = entry
  // Which of the two arrived is told by the bytes: headers say what a server did, not what a cache has kept of it.
  const isUnpacked = unpackedSha256 !== undefined && !isGzip(bytes) && bytes.length === unpackedBytes
  if (bytes.length !== entry.bytes && !isUnpacked && !entry.isSizeEstimate) {
    const orUnpacked = unpackedBytes === undefined ? '' : ` (${unpackedBytes} unpacked)`
    return `trace ${entry.id} (${entry.file}) has ${bytes.length} bytes instead of ${entry.bytes}${orUnpacked}`
  }
  const expected = isUnpacked ? unpackedSha256 : entry.sha256
  const actual = await sha256(bytes)
  return actual === expected
    ? null
    : `trace ${entry.id} (${entry.file}) has checksum ${actual} instead of ${expected}`
}

function parseEntry(entry: unknown, index: number): Result<CatalogueEntry> {
  const at = `traces[${index}]`
  if (!isObject(entry)) return fail(`the trace catalogue's ${at} is not an object`, at)
  for (const field of TEXT_FIELDS) {
    if (typeof entry[field] !== 'string' || entry[field] === '') return badField(`${at}.${field}`)
  }
  for (const field of NUMBER_FIELDS) {
    if (!Number.isSafeInteger(entry[field]) || (entry[field] as number) <= 0)
      return badField(`${at}.${field}`)
  }
  if (!isSha256(entry.sha256)) return badField(`${at}.sha256`)
  const {unpackedSha256, unpackedBytes} = entry
  if (unpackedSha256 !== undefined && !isSha256(unpackedSha256)) return badField(`${at}.unpackedSha256`)
  if (unpackedBytes !== undefined && !Number.isSafeInteger(unpackedBytes))
    return badField(`${at}.unpackedBytes`)
  if (entry.isSizeEstimate !== undefined && entry.isSizeEstimate !== true)
    return badField(`${at}.isSizeEstimate`)
  return ok(entry as unknown as CatalogueEntry)
}

function isSha256(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function badField(field: string): Result<never> {
  return fail(`the trace catalogue's ${field} is missing or wrong`, field)
}
