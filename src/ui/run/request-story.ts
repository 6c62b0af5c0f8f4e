import type {EngineRecord} from '../../engine/record.ts'
import {tpotMs, ttftMs} from '../../report/request-measures.ts'
import {formatClock, formatCount, formatMs} from '../format.ts'

/** What happened to one request, step by step, and what the fleet was doing meanwhile. */
export interface RequestStory {
  readonly title: string
  readonly steps: readonly StoryStep[]
  readonly facts: readonly (readonly [string, string])[]
  /** The fleet while it waited for its first token. */
  readonly fleet: string
}

export interface StoryStep {
  readonly name: 'waiting' | 'prefill' | 'decode'
  readonly ms: number
  readonly text: string
}

export function tellRequest({requests, workers}: EngineRecord, r: number): RequestStory {
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

function fleetDuring(workers: EngineRecord['workers'], fromMs: number, toMs: number): string {
  const overlaps = (a: number, b: number | null) => a <= toMs && (b === null || b > fromMs)
  const serving = workers.filter(w => w.readyMs !== null && overlaps(w.readyMs, w.drainMs ?? w.exitMs)).length
  const starting = workers.filter(
    w =>
      overlaps(w.requestedMs, w.readyMs ?? w.exitMs) &&
      (w.readyMs ?? Number.POSITIVE_INFINITY) > w.requestedMs,
  )
  const soonest = Math.min(...starting.map(w => w.readyMs ?? Number.POSITIVE_INFINITY))
  const while_ = `While it waited for its first token ${plural(serving, 'instance')} served`
  if (starting.length === 0) return `${while_} and none was starting.`
  const ready = Number.isFinite(soonest)
    ? `; the first of them was ready at ${formatClock(soonest / 1000)}`
    : ''
  return `${while_} and ${plural(starting.length, 'instance')} started up${ready}.`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
