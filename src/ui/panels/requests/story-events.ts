import type {EngineRecord} from '../../../engine/record/record.ts'
import {formatCount, formatMs} from '../../kit/format.ts'

export type StoryKind = 'arrived' | 'chunk' | 'preempted' | 'moved' | 'token'

/** One thing that happened to a request. */
export interface StoryEvent {
  readonly kind: StoryKind
  /** Since its arrival. */
  readonly atMs: number
  /** 0 for what takes no time. */
  readonly lastsMs: number
  readonly text: string
}

/** Events of a kind told one by one; of more only the first and the last few. */
const MOST_TOLD = {all: 8, first: 5, last: 2} as const

/** What comes again and again says no more the third time. */
const MOST_AGAIN = {all: 3, first: 1, last: 1} as const

type MostTold = typeof MOST_TOLD | typeof MOST_AGAIN

/** Arrival, every prompt chunk, pre-emption and move, first and last token, in order of time. */
export function storyEvents(record: EngineRecord, r: number): StoryEvent[] {
  const {requests} = record
  const arrivalMs = requests.arrivalMs[r]!
  const firstMs = requests.firstTokenMs[r]!
  const tokens = requests.emittedTokens[r]!
  const token = (text: string, atMs: number): StoryEvent => ({
    kind: 'token',
    atMs: atMs - arrivalMs,
    lastsMs: 0,
    text,
  })
  const events = [
    {kind: 'arrived', atMs: 0, lastsMs: 0, text: `arrived${firstPlace(record, r)}`} as const,
    ...chunkEvents(record, r),
    ...preemptionEvents(record, r),
    ...moveEvents(record, r),
    ...(Number.isNaN(firstMs) ? [] : [token('first token', firstMs)]),
    ...(tokens > 1 ? [token(`token ${formatCount(tokens)}, the last`, requests.lastTokenMs[r]!)] : []),
  ]
  // What began at the same time stays in the order above.
  return events.sort((a, b) => a.atMs - b.atMs)
}

function chunkEvents({requests, requestEvents}: EngineRecord, r: number): StoryEvent[] {
  const {chunks, preemptions, migrations} = requestEvents
  const rows = rowsOf(chunks.request, chunks.length, r)
  const lost = rowsOf(preemptions.request, preemptions.length, r).map(row => preemptions.atMs[row]!)
  const moved =
    migrations === undefined
      ? []
      : rowsOf(migrations.request, migrations.length, r).map(row => migrations.atMs[row]!)
  const isAgain = (row: number) => {
    const startMs = chunks.startMs[row]!
    return lost.some(atMs => atMs < startMs) || moved.some(atMs => atMs <= startMs)
  }
  const first = rows.filter(row => !isAgain(row)).length
  const arrivalMs = requests.arrivalMs[r]!
  const isDisagg = requests.prefillWorkerId[r]! >= 0
  const events = rows.map((row, i): StoryEvent => {
    const startMs = chunks.startMs[row]!
    const lastsMs = chunks.endMs[row]! - startMs
    const place = isDisagg ? ` on ${chunks.onPrefill[row] === 1 ? 'prefill' : 'decode'}` : ''
    const part = first === 1 ? 'prompt' : `prompt chunk ${i + 1} of ${first}`
    const name = isAgain(row) ? 'prompt again' : part
    return {
      kind: 'chunk',
      atMs: startMs - arrivalMs,
      lastsMs,
      text: `${name}${place}: ${formatCount(chunks.tokens[row]!)} tokens in a pass of ${formatMs(lastsMs)}`,
    }
  })
  const tell = (what: string) => (middle: readonly StoryEvent[]) => {
    const ms = middle.reduce((sum, event) => sum + event.lastsMs, 0)
    return `${formatCount(middle.length)} more ${what}, ${formatMs(ms)} of passes`
  }
  return [
    ...shorten(events.slice(0, first), MOST_TOLD, tell('prompt chunks')),
    ...shorten(events.slice(first), MOST_AGAIN, tell('passes of the prompt again')),
  ]
}

function preemptionEvents({requests, requestEvents: {preemptions}}: EngineRecord, r: number): StoryEvent[] {
  const arrivalMs = requests.arrivalMs[r]!
  const events = rowsOf(preemptions.request, preemptions.length, r).map(row => ({
    kind: 'preempted' as const,
    atMs: preemptions.atMs[row]! - arrivalMs,
    lastsMs: 0,
    text: 'pre-empted for want of KV blocks; what the cache no longer holds is computed again',
  }))
  return shorten(events, MOST_AGAIN, middle => `${formatCount(middle.length)} more pre-emptions`)
}

/** A request that was moved before its prompt was computed may have been in the other pool then: nothing is said of its first place. */
function firstPlace({requests, requestEvents: {migrations}}: EngineRecord, r: number): string {
  if (migrations !== undefined && rowsOf(migrations.request, migrations.length, r).length > 0) return ''
  const prefillId = requests.prefillWorkerId[r]!
  return `, routed to ${prefillId < 0 ? `instance ${requests.workerId[r]!}` : `prefill instance ${prefillId}`}`
}

function moveEvents({requests, requestEvents: {migrations}}: EngineRecord, r: number): StoryEvent[] {
  if (migrations === undefined) return []
  const isDisagg = requests.prefillWorkerId[r]! >= 0
  const events = rowsOf(migrations.request, migrations.length, r).map(row => {
    const pool = isDisagg ? (migrations.onPrefill[row] === 1 ? 'prefill ' : 'decode ') : ''
    const tokens = migrations.tokens[row]!
    const withTokens = tokens === 0 ? '' : ` with the ${formatCount(tokens)} tokens of its answer so far`
    return {
      kind: 'moved' as const,
      atMs: migrations.atMs[row]! - requests.arrivalMs[r]!,
      lastsMs: 0,
      text: `moved from ${pool}instance ${migrations.instance[row]!}, which was ended at its draining limit; sent again${withTokens}`,
    }
  })
  return shorten(events, MOST_AGAIN, middle => `moved ${formatCount(middle.length)} more times`)
}

function rowsOf(request: Int32Array, length: number, wanted: number): number[] {
  const rows: number[] = []
  for (let i = 0; i < length; i++) if (request[i] === wanted) rows.push(i)
  return rows
}

/** Of many events of a kind those in the middle as one, at the time of its first. */
function shorten(
  events: readonly StoryEvent[],
  {all, first, last}: MostTold,
  tellMiddle: (middle: readonly StoryEvent[]) => string,
): StoryEvent[] {
  if (events.length <= all) return [...events]
  const middle = events.slice(first, -last)
  const {kind, atMs} = middle[0]!
  const lastsMs = middle.reduce((sum, event) => sum + event.lastsMs, 0)
  return [...events.slice(0, first), {kind, atMs, lastsMs, text: tellMiddle(middle)}, ...events.slice(-last)]
}
