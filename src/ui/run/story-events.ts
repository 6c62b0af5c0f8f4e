import type {EngineRecord} from '../../engine/record.ts'
import {formatCount, formatMs} from '../format.ts'

export type StoryKind = 'arrived' | 'chunk' | 'preempted' | 'token'

/** One thing that happened to a request. */
export interface StoryEvent {
  readonly kind: StoryKind
  /** Since its arrival. */
  readonly atMs: number
  /** 0 for what takes no time. */
  readonly lastsMs: number
  readonly text: string
}

/** Chunks told one by one; of more only the first and the last few. */
const MOST_CHUNKS = 8

/** Arrival, every prompt chunk and pre-emption, first and last token, in order of time. */
export function storyEvents(record: EngineRecord, r: number): StoryEvent[] {
  const {requests} = record
  const arrivalMs = requests.arrivalMs[r]!
  const firstMs = requests.firstTokenMs[r]!
  const tokens = requests.emittedTokens[r]!
  const prefillId = requests.prefillWorkerId[r]!
  const to = prefillId < 0 ? `instance ${requests.workerId[r]!}` : `prefill instance ${prefillId}`
  const token = (text: string, atMs: number): StoryEvent => ({
    kind: 'token',
    atMs: atMs - arrivalMs,
    lastsMs: 0,
    text,
  })
  const events = [
    {kind: 'arrived', atMs: 0, lastsMs: 0, text: `arrived, routed to ${to}`} as const,
    ...chunkEvents(record, r),
    ...preemptionEvents(record, r),
    ...(Number.isNaN(firstMs) ? [] : [token('first token', firstMs)]),
    ...(tokens > 1 ? [token(`token ${formatCount(tokens)}, the last`, requests.lastTokenMs[r]!)] : []),
  ]
  // What began at the same time stays in the order above.
  return events.sort((a, b) => a.atMs - b.atMs)
}

function chunkEvents({requests, requestEvents: {chunks}}: EngineRecord, r: number): StoryEvent[] {
  const rows = rowsOf(chunks.request, chunks.length, r)
  const arrivalMs = requests.arrivalMs[r]!
  const isDisagg = requests.prefillWorkerId[r]! >= 0
  return shorten(
    rows.map((row, i) => {
      const startMs = chunks.startMs[row]!
      const lastsMs = chunks.endMs[row]! - startMs
      const place = isDisagg ? ` on ${chunks.onPrefill[row] === 1 ? 'prefill' : 'decode'}` : ''
      const name = rows.length === 1 ? 'prompt' : `prompt chunk ${i + 1} of ${rows.length}`
      return {
        kind: 'chunk' as const,
        atMs: startMs - arrivalMs,
        lastsMs,
        text: `${name}${place}: ${formatCount(chunks.tokens[row]!)} tokens in a pass of ${formatMs(lastsMs)}`,
      }
    }),
  )
}

function preemptionEvents({requests, requestEvents: {preemptions}}: EngineRecord, r: number): StoryEvent[] {
  const arrivalMs = requests.arrivalMs[r]!
  return rowsOf(preemptions.request, preemptions.length, r).map(row => ({
    kind: 'preempted',
    atMs: preemptions.atMs[row]! - arrivalMs,
    lastsMs: 0,
    text: 'pre-empted: its KV blocks went to another request, and its prompt has to be computed again',
  }))
}

function rowsOf(request: Int32Array, length: number, wanted: number): number[] {
  const rows: number[] = []
  for (let i = 0; i < length; i++) if (request[i] === wanted) rows.push(i)
  return rows
}

/** Of many chunks those in the middle as one, with their time and number. */
function shorten(events: readonly StoryEvent[]): StoryEvent[] {
  if (events.length <= MOST_CHUNKS) return [...events]
  const head = events.slice(0, MOST_CHUNKS - 3)
  const middle = events.slice(MOST_CHUNKS - 3, -2)
  const first = middle[0]!
  const lastsMs = middle.reduce((sum, event) => sum + event.lastsMs, 0)
  const text = `${formatCount(middle.length)} more prompt chunks, ${formatMs(lastsMs)} of passes`
  return [...head, {kind: 'chunk', atMs: first.atMs, lastsMs, text}, ...events.slice(-2)]
}
