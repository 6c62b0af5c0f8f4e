import type {LatencySide} from './latency-side.ts'
import type {LoadReason} from './reasons.ts'

/** Replicas at each step of a decision. */
export interface CountSteps {
  readonly current: number
  /** What load alone asks for. */
  readonly wanted: number
  /** After the floors: throughput bound and fewest replicas. */
  readonly floored: number
  /** After the budget: the decision. */
  readonly final: number
}

/** What a decision looked at, by what a release keeps of each side. A guard that stops early leaves the rest null. */
export interface LoadExplanation<Latency, Use> {
  readonly ttft: Latency | null
  readonly itl: Latency | null
  readonly prefillUse: Use | null
  readonly decodeUse: Use | null
  readonly prefillCounts: CountSteps | null
  readonly decodeCounts: CountSteps | null
}

export const NOTHING_SEEN: LoadExplanation<never, never> = {
  ttft: null,
  itl: null,
  prefillUse: null,
  decodeUse: null,
  prefillCounts: null,
  decodeCounts: null,
}

export interface ScaleTarget {
  readonly num_prefill?: number
  readonly num_decode?: number
}

export interface LoadDecision<Latency, Use> {
  /** null = leave the fleet alone. Under 1.6.1 it may name the current counts. */
  readonly scaleTo: ScaleTarget | null
  readonly reason: LoadReason
  /** Disaggregated fleets only. */
  readonly reasonPrefill: LoadReason | null
  readonly reasonDecode: LoadReason | null
  readonly explanation: LoadExplanation<Latency, Use>
}

/** A decision that leaves the fleet alone. */
export function decideNothing<Latency, Use>(
  reason: LoadReason,
  explanation: LoadExplanation<Latency, Use> = NOTHING_SEEN,
): LoadDecision<Latency, Use> {
  return {scaleTo: null, reason, reasonPrefill: null, reasonDecode: null, explanation}
}

/** The same for a fleet of two pools, each of which says why. */
export function decideNothingOfTwo(reason: LoadReason): LoadDecision<never, never> {
  return {scaleTo: null, reason, reasonPrefill: reason, reasonDecode: reason, explanation: NOTHING_SEEN}
}

/** Replicas that the latency targets of an aggregated fleet ask for: up if either does, down if both do or only ITL is judged. */
export function combineSides(ttft: LatencySide | null, itl: LatencySide, current: number): number {
  return combineCounts(voteOf(ttft, current), voteOf(itl, current), current)
}

/** A refused side counts as a vote for the current count, which keeps the other side from scaling down. */
function voteOf(side: LatencySide | null, current: number): number | null {
  if (side === null) return null
  return side.isRefused ? current : side.desired
}

function combineCounts(ttft: number | null, itl: number | null, current: number): number {
  if (ttft !== null && ttft > current) return ttft
  if (itl !== null && itl > current) return itl
  if (itl === null || itl >= current) return current
  if (ttft === null) return itl
  return ttft < current ? Math.max(ttft, itl) : current
}

/** Replicas that throughput scaling keeps, where it is on. */
export function throughputFloor(
  config: {readonly enable_throughput_scaling: boolean},
  pool: {readonly throughputBound: number},
): number {
  return config.enable_throughput_scaling ? pool.throughputBound : Number.NEGATIVE_INFINITY
}

/** What one pool of two asks for. */
export interface PoolWish {
  readonly desired: number | null
  readonly reason: LoadReason | null
}

export const NO_WISH: PoolWish = {desired: null, reason: null}

/** A pool that has passes but too little to go on says so; a pool without passes says nothing. */
export function wishOf(
  {instances}: {readonly instances: readonly unknown[]},
  side: PoolWish | null,
): PoolWish {
  if (instances.length === 0) return NO_WISH
  return side ?? {desired: null, reason: 'insufficient_data'}
}

/** Replicas of one pool of two, with the step that its reason hangs on. */
export interface PoolSteps extends CountSteps {
  /** After the throughput bound alone, which is what the reason `capped` is about. */
  readonly bounded: number
}

/** What two pools come to. */
export interface PairOutcome<Latency, Use> {
  readonly prefill: PoolSteps
  readonly decode: PoolSteps
  readonly wishes: {readonly prefill: PoolWish; readonly decode: PoolWish}
  readonly seen: LoadExplanation<Latency, Use>
  /** Set where the budget had its say; it goes before the reasons of the pools. */
  readonly budgetReason: LoadReason | null
}

/** The decision for two pools. It names both counts even where only one changes. */
export function decidePair<Latency, Use>(outcome: PairOutcome<Latency, Use>): LoadDecision<Latency, Use> {
  const {prefill, decode, wishes, seen, budgetReason} = outcome
  const reasonPrefill = poolReason(prefill)
  const reasonDecode = poolReason(decode)
  const weightier = budgetReason ?? weightierReason(reasonPrefill, reasonDecode)
  const explanation = {...seen, prefillCounts: countsOf(prefill), decodeCounts: countsOf(decode)}
  if (prefill.final !== prefill.current || decode.final !== decode.current) {
    const scaleTo = {num_prefill: prefill.final, num_decode: decode.final}
    return {scaleTo, reason: weightier, reasonPrefill, reasonDecode, explanation}
  }
  const prefillNote = informative(wishes.prefill.reason)
  const decodeNote = informative(wishes.decode.reason)
  return {
    scaleTo: null,
    reason: budgetReason ?? prefillNote ?? decodeNote ?? weightier,
    reasonPrefill: prefillNote ?? reasonPrefill,
    reasonDecode: decodeNote ?? reasonDecode,
    explanation,
  }
}

function countsOf({current, wanted, floored, final}: PoolSteps): CountSteps {
  return {current, wanted, floored, final}
}

function poolReason({current, wanted, bounded, final}: PoolSteps): LoadReason {
  if (final > current) return 'scale_up'
  if (bounded > wanted && wanted < current) return 'scale_down_capped_by_throughput'
  return final < current ? 'scale_down' : 'no_change'
}

/** A reason that says more than that nothing changed. */
function informative(reason: LoadReason | null): LoadReason | null {
  return reason === 'no_change' ? null : reason
}

const REASON_WEIGHT: Partial<Record<LoadReason, number>> = {
  scale_up: 4,
  scale_down_capped_by_throughput: 3,
  scale_down: 2,
  no_change: 1,
}

function weightierReason(prefill: LoadReason, decode: LoadReason): LoadReason {
  return (REASON_WEIGHT[decode] ?? 0) > (REASON_WEIGHT[prefill] ?? 0) ? decode : prefill
}
