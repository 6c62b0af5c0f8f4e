import {isObject, type JsonObject} from '../../../core/is-object.ts'
import type {LengthsRow} from './lengths-row.ts'

const NS_PER_MS = 1e6
const CHARACTERS_PER_TOKEN = 4

/** A line of `profile_export.jsonl`; warm-up requests and failed ones are no traffic. */
export function readAiperfRecord({metadata, metrics}: JsonObject): readonly LengthsRow[] {
  if (!isObject(metadata) || !isObject(metrics) || metadata.benchmark_phase === 'warmup') return []
  const input_tokens = countOf(metricValue(metrics.input_sequence_length))
  const output_tokens = countOf(metricValue(metrics.output_sequence_length))
  const start = metadata.request_start_ns
  if (input_tokens === null || output_tokens === null || typeof start !== 'number') return []
  return [{timestamp_ms: start / NS_PER_MS, input_tokens, output_tokens}]
}

function metricValue(metric: unknown): unknown {
  return isObject(metric) ? metric.value : metric
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}

const LIMITS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens', 'min_tokens'] as const

/** `inputs.json`: sessions, each with the payloads of its turns, of which a later one waits for the one before. */
export function readAiperfInputs({data}: JsonObject): {
  readonly rows: readonly LengthsRow[]
  readonly withoutOutput: number
} {
  const rows: LengthsRow[] = []
  let withoutOutput = 0
  for (const [i, session] of (Array.isArray(data) ? data : []).entries()) {
    const payloads: unknown = isObject(session) ? session.payloads : null
    let turn = 0
    for (const payload of Array.isArray(payloads) ? payloads : []) {
      if (!isObject(payload)) continue
      const output_tokens = LIMITS.map(key => countOf(payload[key])).find(count => count !== null)
      if (output_tokens === undefined) {
        withoutOutput++
        continue
      }
      const input_tokens = Math.max(
        1,
        Math.ceil(charactersOf(payload.messages ?? payload.prompt) / CHARACTERS_PER_TOKEN),
      )
      rows.push({session_id: `${i}`, input_tokens, output_tokens, ...(turn++ === 0 ? {} : {delay_ms: 0})})
    }
  }
  return {rows, withoutOutput}
}

/** Of all text within messages or prompts, however they are nested. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (Array.isArray(value)) return value.reduce((sum: number, item: unknown) => sum + charactersOf(item), 0)
  return isObject(value) ? charactersOf(value.content ?? value.text) : 0
}
