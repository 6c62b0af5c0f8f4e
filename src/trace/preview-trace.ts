import type {CsvColumns, TraceFormat} from '../config/trace-options.ts'
import {isObject} from '../core/is-object.ts'
import {ok, type Result} from '../core/result.ts'
import {type BadLines, findBadLines} from './bad-lines.ts'
import {columnUnitOf, isColumnOf} from './formats/csv/csv-columns.ts'
import {CsvRows} from './formats/csv/csv-rows.ts'
import {unitOfEpoch} from './formats/csv/csv-time.ts'
import {detectFormat} from './formats/detect-format.ts'
import {unpackTrace} from './formats/packing/unpack-trace.ts'
import {decodeText} from './formats/packing/unwrap-trace.ts'
import type {ReadOptions} from './formats/read-options.ts'

/** What a trace file that is not understood holds, for a person to say what its columns mean. */
export interface TracePreview {
  readonly format: TraceFormat
  /** Names of columns, or of the keys of its objects; empty = it has none that could be named. */
  readonly header: readonly string[]
  /** The first rows, as text. */
  readonly rows: readonly (readonly string[])[]
  /** What the names and the first values say by themselves. */
  readonly guess: CsvColumns
  /** null where columns must be named first: without them every line is bad. */
  readonly bad: BadLines | null
}

const ROWS = 5
const HEAD_BYTES = 64 * 1024
const CELL_CHARACTERS = 40

export function previewTrace(
  packed: Uint8Array,
  fileName: string,
  options: ReadOptions = {},
): Result<TracePreview> {
  const unpacked = unpackTrace(packed, fileName)
  if (!unpacked.ok) return unpacked
  const {bytes} = unpacked.value
  const {format} = detectFormat(bytes)
  const head = bytes.subarray(0, HEAD_BYTES)
  const table = format === 'csv' ? csvTable(head, fileName) : jsonTable(head)
  const guess = guessColumns(table)
  const isNamed = format !== 'csv' || isComplete({...guess, ...options.columns})
  const bad = isNamed ? findBadLines(bytes, fileName, options) : null
  return ok({format, ...table, guess, bad})
}

type Table = Pick<TracePreview, 'header' | 'rows'>

function csvTable(head: Uint8Array, fileName: string): Table {
  const read = new CsvRows(head, fileName).readStep()
  const rows = read.ok ? read.value.slice(0, ROWS + 1).map(({cells}) => cells.map(shown)) : []
  return {header: rows[0] ?? [], rows: rows.slice(1)}
}

/** Keys in the order they first come; cells are their values as JSON. */
function jsonTable(head: Uint8Array): Table {
  const objects = decodeText(head)
    .split('\n')
    .slice(0, ROWS)
    .flatMap(line => objectOf(line))
  const header = [...new Set(objects.flatMap(Object.keys))]
  const cell = (value: unknown) => shown(typeof value === 'string' ? value : JSON.stringify(value))
  return {header, rows: objects.map(row => header.map(key => (key in row ? cell(row[key]) : '')))}
}

function objectOf(line: string): Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? [value] : []
  } catch {
    return []
  }
}

function shown(text: string): string {
  const trimmed = text.trim()
  return trimmed.length <= CELL_CHARACTERS ? trimmed : `${trimmed.slice(0, CELL_CHARACTERS - 1)}…`
}

function guessColumns({header, rows}: Table): CsvColumns {
  const find = (field: 'timestamp' | 'input' | 'output' | 'session') =>
    header.find(name => isColumnOf(field, name))
  const found = {
    timestamp: find('timestamp'),
    input: find('input'),
    output: find('output'),
    session: find('session'),
  }
  const first = rows[0]?.[header.indexOf(found.timestamp ?? '')]
  const unit = found.timestamp === undefined ? null : (columnUnitOf(found.timestamp) ?? unitOfEpoch(first))
  const named = Object.entries({...found, unit: unit ?? undefined}).filter(([, name]) => name !== undefined)
  return Object.fromEntries(named) as CsvColumns
}

function isComplete({timestamp, input, output}: CsvColumns): boolean {
  return timestamp !== undefined && input !== undefined && output !== undefined
}
