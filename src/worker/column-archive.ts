import {assert} from '../core/assert.ts'
import {fail, ok, type Result} from '../core/result.ts'

/**
 * Any plain value with typed arrays in it, as one gzipped file: its shape as JSON, its columns as bytes behind it.
 * JSON alone would spend seconds and tens of megabytes on the digits of an hour's columns.
 *
 *     u32 length of the JSON | JSON {version, columns, value} | zeros up to 8 | the columns one after another
 */
const VERSION = 1

/** Columns are aligned to it, so that they can be read in place. */
const ALIGNMENT = 8

const DAMAGED = 'the saved columns are damaged'
const CUT_SHORT = 'the saved columns are cut short'

const COLUMN_TYPES = {Float64Array, Int32Array, Uint32Array, Uint8Array} as const
type ColumnType = keyof typeof COLUMN_TYPES
type Column = InstanceType<(typeof COLUMN_TYPES)[ColumnType]>

interface ColumnEntry {
  readonly type: ColumnType
  readonly length: number
}

interface Header {
  readonly version: number
  readonly columns: readonly ColumnEntry[]
}

/** An archive between two threads: the columns are handed over, and a text is copied faster than what it says. */
export interface OpenedArchive {
  /** The shape of the value, with stands in it. */
  readonly json: string
  readonly columns: readonly Column[]
}

/** Stands in the JSON for what JSON has no word for. */
type Stand = {readonly $column: number} | {readonly $number: 'NaN' | 'Infinity' | '-Infinity' | '-0'}

/** What stands between the header's fields and the shape; no field of the header holds such a text. */
const SHAPE_KEY = ',"value":'

export async function packColumns(value: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const columns: Column[] = []
  const shape = takeApart(value, columns)
  const entries = columns.map(column => ({type: typeOf(column), length: column.length}))
  const header: Header = {version: VERSION, columns: entries}
  const json = new TextEncoder().encode(JSON.stringify({...header, value: shape}))
  const start = aligned(4 + json.length)
  const sizes = columns.map(column => aligned(column.byteLength))
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, start))
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 4)
  let at = start
  columns.forEach((column, i) => {
    bytes.set(planesOf(column), at)
    at += sizes[i]!
  })
  return through(bytes, new CompressionStream('gzip'))
}

/** The longer part of unpacking: all but what the shape says. */
export async function openArchive(packed: Uint8Array<ArrayBuffer>): Promise<Result<OpenedArchive>> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = await through(packed, new DecompressionStream('gzip'))
  } catch {
    return fail(DAMAGED)
  }
  if (bytes.length < 4) return fail(CUT_SHORT)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (4 + length > bytes.length) return fail(CUT_SHORT)
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length))
  const shapeAt = text.indexOf(SHAPE_KEY)
  const header = readHeader(text.slice(0, Math.max(shapeAt, 0)))
  if (!header.ok) return header
  const columns: Column[] = []
  let at = aligned(4 + length)
  for (const entry of header.value.columns) {
    const column = new COLUMN_TYPES[entry.type](entry.length)
    if (at + column.byteLength > bytes.length) return fail(CUT_SHORT)
    fillFromPlanes(column, bytes.subarray(at, at + column.byteLength))
    columns.push(column)
    at += aligned(column.byteLength)
  }
  return ok({json: text.slice(shapeAt + SHAPE_KEY.length, -1), columns})
}

/** The value that was packed. */
export function readArchive({json, columns}: OpenedArchive): Result<unknown> {
  try {
    return ok(putTogether(JSON.parse(json), columns))
  } catch {
    return fail(DAMAGED)
  }
}

/** @param fields the JSON of a header up to the shape, without its last brace */
function readHeader(fields: string): Result<Header> {
  try {
    const header = JSON.parse(`${fields}}`) as Header
    if (header.version !== VERSION) return fail('the saved columns are of another version of Planner Replay')
    return header.columns.every(({type}) => type in COLUMN_TYPES) ? ok(header) : fail(DAMAGED)
  } catch {
    return fail(DAMAGED)
  }
}

function takeApart(node: unknown, columns: Column[]): unknown {
  if (typeof node === 'number') return Number.isFinite(node) && !Object.is(node, -0) ? node : stand(node)
  if (typeof node !== 'object' || node === null) return node
  if (ArrayBuffer.isView(node)) return {$column: columns.push(node as Column) - 1} satisfies Stand
  if (Array.isArray(node)) return node.map(child => takeApart(child, columns))
  assert(Object.getPrototypeOf(node) === Object.prototype, 'only plain objects are packed')
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, takeApart(child, columns)]))
}

function stand(value: number): Stand {
  return {$number: Object.is(value, -0) ? '-0' : (String(value) as 'NaN' | 'Infinity' | '-Infinity')}
}

function putTogether(node: unknown, columns: readonly Column[]): unknown {
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return node.map(child => putTogether(child, columns))
  const {$column, $number} = node as {$column?: number; $number?: string}
  if ($column !== undefined) return columns[$column]
  if ($number !== undefined) return Number($number)
  const whole = node as Record<string, unknown>
  for (const key of Object.keys(whole)) {
    const child = whole[key]
    if (typeof child === 'object' && child !== null) whole[key] = putTogether(child, columns)
  }
  return whole
}

function typeOf(column: Column): ColumnType {
  const name = column.constructor.name
  assert(name in COLUMN_TYPES, `${name} is not a type of column`)
  return name as ColumnType
}

/**
 * First bytes of all elements, then all second bytes, and so on: the high bytes of neighbouring times are equal, and
 * gzip finds runs of them that it would not see eight bytes apart.
 */
function planesOf(column: Column): Uint8Array {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  const size = column.BYTES_PER_ELEMENT
  if (size === 1) return bytes
  const planes = new Uint8Array(bytes.length)
  for (let plane = 0; plane < size; plane++) {
    let to = plane * column.length
    for (let from = plane; from < bytes.length; from += size) planes[to++] = bytes[from]!
  }
  return planes
}

function fillFromPlanes(column: Column, planes: Uint8Array): void {
  const bytes = new Uint8Array(column.buffer)
  const size = column.BYTES_PER_ELEMENT
  for (let plane = 0; plane < size; plane++) {
    const from = plane * column.length
    spreadPlane(planes.subarray(from, from + column.length), bytes, {first: plane, every: size})
  }
}

/** By itself, because what is called often is compiled well before what only goes round often. */
function spreadPlane(
  plane: Uint8Array,
  bytes: Uint8Array,
  {first, every}: {readonly first: number; readonly every: number},
): void {
  let to = first
  for (let from = 0; from < plane.length; from++) {
    bytes[to] = plane[from]!
    to += every
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

/** In one piece: what streams out of a Blob comes in slices, each with a turn of the thread. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = transform.writable.getWriter()
  const written = writer.write(bytes).then(() => writer.close())
  const [read] = await Promise.all([new Response(transform.readable).arrayBuffer(), written])
  return new Uint8Array(read)
}
