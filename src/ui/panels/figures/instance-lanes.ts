import type {InstanceRecord} from '../../../engine/record/record.ts'
import {formatClock, formatSpan, formatValue} from '../../kit/format.ts'

/** One instance's life on the simulated clock, in a lane it shares with others that lived before or after it. */
export interface InstanceLife {
  /** Its place in the record's list of instances. */
  readonly index: number
  readonly id: number
  readonly component: InstanceRecord['component']
  readonly lane: number
  /** Seconds. */
  readonly requestedS: number
  /** End of the start-up: the instance serves from here, or the start was given up. */
  readonly startedS: number
  readonly drainS: number
  readonly exitS: number
  /** Share of its serving and draining time spent in passes; null if it never served. */
  readonly busyShare: number | null
}

/** As requests pass through them. */
const POOL_ORDER = {agg: 0, prefill: 1, decode: 2} as const

/** Packs lives into as few lanes as there were instances at a time; pools never share a lane. */
export function instanceLanes(workers: readonly InstanceRecord[], endS: number): InstanceLife[] {
  const byStart = workers
    .map((worker, index) => ({...worker, index}))
    .sort(
      (a, b) =>
        POOL_ORDER[a.component] - POOL_ORDER[b.component] || a.requestedMs - b.requestedMs || a.id - b.id,
    )
  const freeFromS: {component: InstanceRecord['component']; atS: number}[] = []
  return byStart.map(worker => {
    const requestedS = worker.requestedMs / 1000
    const exitS = secondsOr(worker.exitMs, endS)
    const drainS = Math.min(secondsOr(worker.drainMs, exitS), exitS)
    const startedS = worker.readyMs === null ? drainS : worker.readyMs / 1000
    let lane = freeFromS.findIndex(free => free.component === worker.component && free.atS <= requestedS)
    if (lane < 0) lane = freeFromS.push({component: worker.component, atS: 0}) - 1
    freeFromS[lane]!.atS = exitS
    const aliveS = exitS - startedS
    const busyShare = worker.readyMs === null || aliveS <= 0 ? null : worker.busyMs / 1000 / aliveS
    const {index, id, component} = worker
    return {index, id, component, lane, requestedS, startedS, drainS, exitS, busyShare}
  })
}

function secondsOr(ms: number | null, otherwiseS: number): number {
  return ms === null ? otherwiseS : ms / 1000
}

export function stateAt(life: InstanceLife, seconds: number): 'starting' | 'serving' | 'draining' | null {
  if (seconds < life.requestedS || seconds >= life.exitS) return null
  if (seconds < life.startedS) return 'starting'
  return seconds < life.drainS ? 'serving' : 'draining'
}

export function describeLife(life: InstanceLife): string {
  const startup =
    life.startedS > life.requestedS ? `, start-up ${formatSpan(life.startedS - life.requestedS)}` : ''
  const busy =
    life.busyShare === null ? ', never served' : `, busy ${formatValue(life.busyShare, 'share')} of its time`
  return `${nameOf(life)}: ${formatClock(life.requestedS)} to ${formatClock(life.exitS)}${startup}${busy}`
}

export function nameOf({component, id}: Pick<InstanceLife, 'component' | 'id'>): string {
  return `${component === 'agg' ? 'instance' : component} ${id}`
}
