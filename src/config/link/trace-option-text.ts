import {fail, ok, type Result} from '../../core/result.ts'
import {integerOf, numberOf} from '../command-line/arguments.ts'
import {isSeed, MAX_SEED} from '../repeat-fields.ts'
import type {Scenario} from '../scenario.ts'
import {
  checkTraceSelection,
  formatCsvColumns,
  isTraceFormat,
  parseCsvColumns,
  TRACE_FORMATS,
  type TraceFormatOptions,
  type TraceSelection,
} from '../trace-options.ts'

/** Names these options have as keys of a link and, with `--` before them, as flags. */
export const TRACE_OPTION_KEYS = [
  'trace-format',
  'trace-columns',
  'trace-shared-prefix-ratio',
  'trace-num-prefix-groups',
  'trace-start-s',
  'trace-end-s',
  'trace-limit',
  'trace-sample',
  'trace-seed',
] as const
export type TraceOptionKey = (typeof TRACE_OPTION_KEYS)[number]

export type TraceOptions = Pick<Scenario, 'traceFormat' | 'traceSelection' | 'traceSeed'>
type Texts = ReadonlyMap<string, string>

/** What a command line or a link says of how a trace is read and cut; a problem's `field` is the key at fault. */
export function parseTraceOptions(texts: Texts): Result<TraceOptions> {
  const format = parseFormat(texts)
  if (!format.ok) return format
  const selection = parseSelection(texts)
  if (!selection.ok) return selection
  const seed = parseSeed(texts)
  if (!seed.ok) return seed
  return ok({
    ...(Object.keys(format.value).length > 0 ? {traceFormat: format.value} : {}),
    ...(Object.keys(selection.value).length > 0 ? {traceSelection: selection.value} : {}),
    ...seed.value,
  })
}

/** The same in words, in one order; what is absent is left out. */
export function formatTraceOptions({traceFormat = {}, traceSelection = {}, traceSeed}: TraceOptions): Texts {
  const {format, columns, sharedPrefixRatio, numPrefixGroups} = traceFormat
  const {startS, endS, limit, sample} = traceSelection
  const texts: readonly (readonly [TraceOptionKey, string | number | undefined])[] = [
    ['trace-format', format],
    ['trace-columns', columns === undefined ? undefined : formatCsvColumns(columns)],
    ['trace-shared-prefix-ratio', sharedPrefixRatio],
    ['trace-num-prefix-groups', numPrefixGroups],
    ['trace-start-s', startS],
    ['trace-end-s', endS],
    ['trace-limit', limit],
    ['trace-sample', sample],
    ['trace-seed', traceSeed],
  ]
  return new Map(
    texts.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const])),
  )
}

function parseFormat(texts: Texts): Result<TraceFormatOptions> {
  const options: {-readonly [K in keyof TraceFormatOptions]: TraceFormatOptions[K]} = {}
  const format = texts.get('trace-format')
  if (format !== undefined) {
    if (!isTraceFormat(format)) return refuse('trace-format', format, `one of ${TRACE_FORMATS.join(', ')}`)
    options.format = format
  }
  const columnsText = texts.get('trace-columns')
  if (columnsText !== undefined) {
    const columns = parseCsvColumns(columnsText)
    if (!columns.ok) return fail(columns.error.message, 'trace-columns')
    options.columns = columns.value
  }
  const ratioText = texts.get('trace-shared-prefix-ratio')
  if (ratioText !== undefined) {
    const ratio = numberOf(ratioText)
    if (ratio === null || !(ratio >= 0 && ratio <= 1))
      return refuse('trace-shared-prefix-ratio', ratioText, 'a share from 0 to 1')
    options.sharedPrefixRatio = ratio
  }
  const groupsText = texts.get('trace-num-prefix-groups')
  if (groupsText !== undefined) {
    const groups = integerOf(groupsText)
    if (groups === null || groups < 0)
      return refuse('trace-num-prefix-groups', groupsText, 'a whole number from 0')
    options.numPrefixGroups = groups
  }
  return ok(options)
}

const SELECTION_KEYS = {
  startS: 'trace-start-s',
  endS: 'trace-end-s',
  limit: 'trace-limit',
  sample: 'trace-sample',
} as const satisfies Record<keyof TraceSelection, TraceOptionKey>

function parseSelection(texts: Texts): Result<TraceSelection> {
  const selection: {-readonly [K in keyof TraceSelection]: TraceSelection[K]} = {}
  for (const field of ['startS', 'endS', 'limit', 'sample'] as const) {
    const key = SELECTION_KEYS[field]
    const text = texts.get(key)
    if (text === undefined) continue
    const value = numberOf(text)
    if (value === null) return refuse(key, text, 'a number')
    selection[field] = value
  }
  const checked = checkTraceSelection(selection)
  if (checked.ok) return checked
  const key = SELECTION_KEYS[checked.error.field as keyof TraceSelection]
  return fail(checked.error.message, key)
}

function parseSeed(texts: Texts): Result<Pick<Scenario, 'traceSeed'>> {
  const text = texts.get('trace-seed')
  if (text === undefined) return ok({})
  const traceSeed = integerOf(text)
  return traceSeed !== null && isSeed(traceSeed)
    ? ok({traceSeed})
    : refuse('trace-seed', text, `a whole number from 0 to ${MAX_SEED}`)
}

function refuse(key: TraceOptionKey, text: string, wanted: string) {
  return fail(`${key} must be ${wanted}, got "${text.slice(0, 60)}"`, key)
}
