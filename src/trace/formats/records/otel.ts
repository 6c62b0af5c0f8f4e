import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {TimeReader} from '../csv/csv-time.ts'
import type {LengthsRow} from './lengths-row.ts'

const NS_PER_MS = 1_000_000n
const MAX_DIGITS = 19

/** Names of the attributes by the GenAI conventions: those of today, then those of before. */
const INPUT = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'] as const
const OUTPUT = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'] as const

/** Spans of OTLP's JSON (`resourceSpans` … `scopeSpans` … `spans`), or one span a document. */
export function readOtelSpans(documents: readonly JsonObject[]): {
  readonly rows: readonly LengthsRow[]
  readonly others: number
} {
  const spans = documents.flatMap(spansOf)
  const rows = spans.flatMap(rowOf)
  return {rows, others: spans.length - rows.length}
}

function spansOf(span: JsonObject): readonly JsonObject[] {
  const resources = span.resourceSpans
  if (!Array.isArray(resources)) return [span]
  return resources
    .flatMap(resource =>
      listOf(resource, 'scopeSpans').concat(listOf(resource, 'instrumentationLibrarySpans')),
    )
    .flatMap(scope => listOf(scope, 'spans'))
    .filter(isObject)
}

function listOf(value: unknown, key: string): unknown[] {
  const list = isObject(value) ? value[key] : null
  return Array.isArray(list) ? list : []
}

function rowOf(span: JsonObject): readonly LengthsRow[] {
  const attributes = attributesOf(span.attributes)
  const input_tokens = firstOf(attributes, INPUT)
  const output_tokens = firstOf(attributes, OUTPUT)
  const timestamp_ms = msOf(span.startTimeUnixNano ?? span.start_time_unix_nano ?? span.start_time)
  if (input_tokens === null || output_tokens === null || timestamp_ms === null) return []
  return [{timestamp_ms, input_tokens, output_tokens}]
}

/** OTLP lists `{key, value: {intValue: "12"}}`; other exporters write an object. */
function attributesOf(attributes: unknown): ReadonlyMap<string, unknown> {
  if (isObject(attributes)) return new Map(Object.entries(attributes))
  const pairs = (Array.isArray(attributes) ? attributes : []).flatMap(item =>
    isObject(item) && typeof item.key === 'string' ? [[item.key, plain(item.value)] as const] : [],
  )
  return new Map(pairs)
}

function plain(value: unknown): unknown {
  return isObject(value) ? (value.intValue ?? value.doubleValue ?? value.stringValue) : value
}

function firstOf(attributes: ReadonlyMap<string, unknown>, names: readonly string[]): number | null {
  const count = Number(
    names.map(name => attributes.get(name)).find(value => value !== undefined) ?? Number.NaN,
  )
  return Number.isSafeInteger(count) && count >= 0 ? count : null
}

/** Nanoseconds are written as text, since they have more digits than a number holds; the console exporters write dates. */
function msOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value / 1e6 : null
  if (typeof value !== 'string') return null
  if (!/^\d+$/.test(value)) return dateMs(value)
  if (value.length > MAX_DIGITS) return null
  const ns = BigInt(value)
  return Number(ns / NS_PER_MS) + Number(ns % NS_PER_MS) / 1e6
}

function dateMs(text: string): number | null {
  const ms = new TimeReader(1).read(text)
  return Number.isFinite(ms) ? ms : null
}
