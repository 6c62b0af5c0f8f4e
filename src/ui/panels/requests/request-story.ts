import type {EngineRecord, InstanceRecord} from '../../../engine/record/record.ts'
import {tpotMs, ttftMs} from '../../../report/request-measures.ts'
import {formatClock, formatCount, formatMs} from '../../kit/format.ts'
import {nameOf} from '../figures/instance-lanes.ts'
import {type StoryEvent, storyEvents} from './story-events.ts'

/** What happened to one request, step by step, and what the fleet was doing meanwhile. */
export interface RequestStory {
  readonly title: string
  readonly steps: readonly StoryStep[]
  readonly events: readonly StoryEvent[]
  readonly facts: readonly (readonly [string, string])[]
  /** The fleet while it waited for its first token. */
  readonly fleet: string
}

export interface StoryStep {
  readonly name: 'waiting' | 'prefill' | 'decode'
  readonly ms: number
  readonly text: string
}

export function tellRequest(record: EngineRecord, r: number): RequestStory {
  const {requests, workers} = record
  const arrivalMs = requests.arrivalMs[r]!
  const admitMs = requests.firstAdmitMs[r]!
  const firstMs = requests.firstTokenMs[r]!
  const lastMs = requests.lastTokenMs[r]!
  const tokens = requests.emittedTokens[r]!
  const preemptions = requests.preemptions[r]!
  const waitingMs = Math.max(admitMs - arrivalMs, 0)
  const steps: StoryStep[] = [
    {name: 'waiting', ms: waitingMs, text: `queued ${formatMs(waitingMs)}`},
    {name: 'prefill', ms: firstMs - admitMs, text: `prefill ${formatMs(firstMs - admitMs)}`},
    {name: 'decode', ms: lastMs - firstMs, text: `decode ${formatMs(lastMs - firstMs)}`},
  ]
  const reused = requests.reusedTokens[r]!
  const input = requests.inputLength[r]!
  return {
    title: `Request ${formatCount(r)}, arrived ${formatClock(arrivalMs / 1000)}`,
    steps,
    events: storyEvents(record, r),
    facts: [
      ['TTFT', formatMs(ttftMs(requests, r))],
      ['mean ITL', tokens < 2 ? 'one token' : formatMs(tpotMs(requests, r))],
      ['prompt', `${formatCount(input)} tokens, ${formatCount(reused)} from cache`],
      ['output', `${formatCount(tokens)} of ${formatCount(requests.outputLength[r]!)} tokens`],
      ['instance', placeOf(requests.prefillWorkerId[r]!, requests.workerId[r]!)],
      ['pre-empted', preemptions === 0 ? 'never' : `${preemptions}×`],
    ],
    fleet: fleetDuring(workers, arrivalMs, firstMs),
  }
}

function placeOf(prefillId: number, workerId: number): string {
  return prefillId < 0 ? `${workerId}` : `prefill ${prefillId}, decode ${workerId}`
}

/** Starting instances named one by one; more are only counted. */
const MOST_NAMED = 5

function fleetDuring(workers: EngineRecord['workers'], fromMs: number, toMs: number): string {
  const overlaps = (a: number, b: number | null) => a <= toMs && (b === null || b > fromMs)
  const serving = workers.filter(w => w.readyMs !== null && overlaps(w.readyMs, w.drainMs ?? w.exitMs)).length
  const starting = workers.filter(
    w =>
      overlaps(w.requestedMs, w.readyMs ?? w.exitMs) &&
      (w.readyMs ?? Number.POSITIVE_INFINITY) > w.requestedMs,
  )
  const while_ = `While it waited for its first token ${plural(serving, 'instance')} served`
  if (starting.length === 0) return `${while_} and none was starting.`
  const named = starting.slice(0, MOST_NAMED).map(startOf)
  const rest = starting.length > MOST_NAMED ? [`${starting.length - MOST_NAMED} more`] : []
  return `${while_} and ${plural(starting.length, 'instance')} started up: ${[...named, ...rest].join('; ')}.`
}

function startOf(worker: InstanceRecord): string {
  const asked = `${nameOf(worker)}, asked for at ${formatClock(worker.requestedMs / 1000)}`
  return worker.readyMs === null
    ? `${asked} and given up`
    : `${asked} and ready at ${formatClock(worker.readyMs / 1000)}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
