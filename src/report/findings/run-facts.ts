import type {Scenario} from '../../config/scenario.ts'
import type {EngineRecord} from '../../engine/record/record.ts'
import type {PolicyDetail} from '../../policies/policy-detail.ts'
import type {ScalingRecord} from '../../scaling/record.ts'
import {completedInArrivalOrder, isAnswered, tpotMs, ttftMs} from '../request-measures.ts'
import type {ServiceLevel} from '../service-level.ts'
import {computePoolUse, type PoolUse} from './instance-use.ts'
import {type TickView, tickViews} from './tick-view.ts'

/** What the objective asks for: latency targets, and the share of requests that must meet both. */
export interface Objective extends ServiceLevel {
  readonly share: number
}

export interface FindingInput {
  readonly scenario: Scenario
  readonly objective: Objective
  readonly record: EngineRecord
  /** null = a fleet nobody scales. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
}

/** Why a request missed the objective, as bits of `RunFacts.missed`. */
export const MISSED_TTFT = 1
export const MISSED_ITL = 2
/** It never finished. */
const UNFINISHED = 4

/** Of a run, what the rules look at more than once. Times in simulated seconds. */
export interface RunFacts extends FindingInput {
  /** Requests in order of arrival. */
  readonly requests: Int32Array
  /** By request of the trace: 0 = it met the objective, else bits of what it missed. */
  readonly missed: Uint8Array
  readonly missedCount: number
  /** Share of all requests that met the objective. */
  readonly shareMet: number
  readonly holds: boolean
  readonly firstArrivalS: number
  readonly lastArrivalS: number
  readonly ticks: readonly TickView[]
  readonly poolUse: readonly PoolUse[]
}

export function computeRunFacts(input: FindingInput): RunFacts {
  const {record, objective, scaling, scenario} = input
  const requests = record.requests.arrivalOrder.filter(r => !Number.isNaN(record.requests.arrivalMs[r]!))
  const missed = missedBits(record, objective, requests)
  let missedCount = 0
  for (const request of requests) if (missed[request] !== 0) missedCount++
  const shareMet = requests.length === 0 ? 1 : 1 - missedCount / requests.length
  const arrivalS = (request: number | undefined): number =>
    request === undefined ? 0 : record.requests.arrivalMs[request]! / 1000
  const [firstArrivalS, lastArrivalS] = [arrivalS(requests[0]), arrivalS(requests[requests.length - 1])]
  return {
    ...input,
    requests,
    missed,
    missedCount,
    shareMet,
    holds: shareMet >= objective.share,
    firstArrivalS,
    lastArrivalS,
    ticks: scaling === null ? [] : tickViews(scaling, scenario),
    poolUse: computePoolUse(record, firstArrivalS, lastArrivalS),
  }
}

function missedBits({requests}: EngineRecord, objective: Objective, arrived: Int32Array): Uint8Array {
  const missed = new Uint8Array(requests.count)
  for (const request of arrived) missed[request] = UNFINISHED
  for (const request of completedInArrivalOrder(requests)) {
    const late = ttftMs(requests, request) <= objective.ttftMs ? 0 : MISSED_TTFT
    const slow = tpotMs(requests, request) <= objective.itlMs ? 0 : MISSED_ITL
    const unfinished = isAnswered(requests, request) ? 0 : UNFINISHED
    missed[request] = late | slow | unfinished
  }
  return missed
}

/** Requests that arrived in `[fromS, toS)`, and how many of them missed the objective. */
export function missedBetween(
  facts: RunFacts,
  fromS: number,
  toS: number,
): {arrived: number; missed: number} {
  const {arrivalMs} = facts.record.requests
  let arrived = 0
  let missed = 0
  for (let i = firstAtOrAfter(facts, fromS); i < facts.requests.length; i++) {
    const request = facts.requests[i]!
    if (arrivalMs[request]! >= toS * 1000) break
    arrived++
    if (facts.missed[request] !== 0) missed++
  }
  return {arrived, missed}
}

/** Position in `facts.requests` of the first arrival at or after a moment. */
export function firstAtOrAfter({requests, record}: RunFacts, atS: number): number {
  let low = 0
  let high = requests.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (record.requests.arrivalMs[requests[middle]!]! < atS * 1000) low = middle + 1
    else high = middle
  }
  return low
}
