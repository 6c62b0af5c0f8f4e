import {isObject, type JsonObject} from '../../../core/is-object.ts'
import type {LengthsRow} from './lengths-row.ts'

/** A request of guidellm's report that was answered in full. Times in ms, since 1970; NaN = not recorded. */
export interface GuidellmRequest {
  readonly startMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly ttftMs: number
  /** Mean gap between its tokens. */
  readonly itlMs: number
  readonly e2eMs: number
  readonly conversation: string | null
}

/** What the report (`benchmarks.json`) of `guidellm benchmark` holds: a benchmark for each rate that was tried. */
export interface GuidellmReport {
  readonly benchmarks: readonly JsonObject[]
  /** In order of their start. */
  readonly requests: readonly GuidellmRequest[]
  /** Requests that failed, or that the end of their benchmark cut off. */
  readonly unanswered: number
  /** Answered requests that the report counts and does not hold: `--sample-requests` was given, or is the default. */
  readonly notHeld: number
}

/** null where a document is no such report. */
export function readGuidellmReport({benchmarks}: JsonObject): GuidellmReport | null {
  if (!Array.isArray(benchmarks)) return null
  const runs = benchmarks.filter(isObject).filter(({requests}) => isObject(requests))
  if (runs.length === 0) return null
  const requests = runs.flatMap(run => requestsOf(run, 'successful')).map(readRequest)
  const unanswered = runs.flatMap(run => [...requestsOf(run, 'errored'), ...requestsOf(run, 'incomplete')])
  const answered = runs.reduce((sum, run) => sum + answeredIn(run), 0)
  return {
    benchmarks: runs,
    requests: requests.sort((a, b) => a.startMs - b.startMs || 0),
    unanswered: unanswered.length,
    notHeld: Math.max(0, answered - requests.length),
  }
}

function requestsOf({requests}: JsonObject, status: string): readonly JsonObject[] {
  const list = isObject(requests) ? requests[status] : null
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** As the report counts them, all of them, by the names of its versions; 0 = it does not say. */
function answeredIn({scheduler_metrics, metrics}: JsonObject): number {
  const counts = [
    isObject(scheduler_metrics) ? scheduler_metrics.requests_made : null,
    isObject(metrics) ? metrics.request_totals : null,
  ]
  return Math.max(0, ...counts.map(count => (isObject(count) ? figure(count.successful) || 0 : 0)))
}

/** The names of newer versions come first; those of older ones have the same meaning. */
function readRequest(written: JsonObject): GuidellmRequest {
  const info = isObject(written.info) ? written.info : {}
  const {conversation_id} = info
  return {
    startMs: figure(written.request_start_time ?? written.start_time) * 1000,
    inputTokens: figure(written.prompt_tokens),
    outputTokens: figure(written.output_tokens),
    ttftMs: figure(written.time_to_first_token_ms),
    itlMs: figure(written.inter_token_latency_ms),
    e2eMs: figure(written.request_latency) * 1000,
    conversation: typeof conversation_id === 'string' ? conversation_id : null,
  }
}

function figure(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : Number.NaN
}

/** As a trace: each comes at its recorded start, a later turn of a conversation so long after the one before it. */
export function guidellmRows({requests}: GuidellmReport): readonly LengthsRow[] {
  const known = requests.filter(
    ({startMs, inputTokens, outputTokens}) =>
      Number.isFinite(startMs) && Number.isInteger(inputTokens) && Number.isInteger(outputTokens),
  )
  const turns = new Map<string, number>()
  for (const {conversation} of known)
    if (conversation !== null) turns.set(conversation, (turns.get(conversation) ?? 0) + 1)
  const endMs = new Map<string, number>()
  return known.map(({startMs, inputTokens, outputTokens, e2eMs, conversation}) => {
    const lengths = {input_tokens: inputTokens, output_tokens: outputTokens}
    if (conversation === null || (turns.get(conversation) ?? 0) < 2)
      return {timestamp_ms: startMs, ...lengths}
    const before = endMs.get(conversation)
    endMs.set(conversation, startMs + (e2eMs || 0))
    const start = before === undefined ? {timestamp_ms: startMs} : {delay_ms: Math.max(0, startMs - before)}
    return {...start, ...lengths, session_id: conversation}
  })
}

/** What of the report is not in its requests, in sentences; `fileName` begins none. */
export function guidellmNotices({
  benchmarks,
  requests,
  unanswered,
  notHeld,
}: GuidellmReport): readonly string[] {
  return [
    benchmarks.length === 1
      ? ''
      : `Its ${benchmarks.length} benchmarks follow each other as they ran; a window of the trace takes one of them.`,
    unanswered === 0
      ? ''
      : `${unanswered} ${unanswered === 1 ? 'request that failed or was cut off is' : 'requests that failed or were cut off are'} left out.`,
    notHeld === 0
      ? ''
      : `It holds ${requests.length} of ${requests.length + notHeld} answered requests: guidellm keeps them all when it is told no --sample-requests.`,
  ].filter(text => text !== '')
}
