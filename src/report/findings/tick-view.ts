import {plannerOf, type Scenario} from '../../config/scenario.ts'
import type {PolicyDetail} from '../../policies/policy-detail.ts'
import {type DynamoTick, dynamoTicksOf} from '../../report/dynamo-ticks.ts'
import type {ScalingRecord} from '../../scaling/record.ts'

/** A planner tick as the rules read it: what was seen of each instance, what was wanted, what was decided. */
export interface TickView {
  /** Simulated seconds. */
  readonly atS: number
  /** Load scaling looked at the fleet. */
  readonly isLoad: boolean
  readonly isThroughput: boolean
  readonly serving: number
  readonly starting: number
  /** The planner had passes to go by and yet no latency estimate of any instance. */
  readonly isBlind: boolean
  /** Passes that the regression held; null where it was not asked. */
  readonly sampleCount: number | null
  /** Instances seen, and how many of them were estimated above a latency target. */
  readonly seen: number
  readonly over: number
  /** What load scaling alone asked for, all pools together, and what the budget left of it; null = no decision. */
  readonly wanted: number | null
  readonly final: number | null
  /** Every instance could do with one replica less, by the planner's own checks. */
  readonly couldShrink: boolean
  readonly throughputReason: string | null
  /** Of 1.6.1 alone: the largest ITL estimate, and how long the last pass of the slowest instance really took. */
  readonly judgedItl: {readonly estimateMs: number; readonly tookMs: number} | null
}

export function tickViews(record: ScalingRecord<PolicyDetail>, scenario: Scenario): readonly TickView[] {
  const planner = plannerOf(scenario)
  const isSla = planner?.optimization_target === 'sla' && planner.enable_load_scaling
  return dynamoTicksOf(record).map(tick =>
    tickView(tick, {isSla, ttftMs: planner?.ttft ?? 0, itlMs: planner?.itl ?? 0}),
  )
}

interface Targets {
  readonly isSla: boolean
  readonly ttftMs: number
  readonly itlMs: number
}

function tickView(tick: DynamoTick, {isSla, ttftMs, itlMs}: Targets): TickView {
  const {load} = tick.explanation.grounds
  const pools = load === null ? [] : load.topology === 'agg' ? [load.pool] : [load.prefill, load.decode]
  const counts = [
    tick.explanation.load?.explanation.prefillCounts,
    tick.explanation.load?.explanation.decodeCounts,
  ].filter(steps => steps !== null && steps !== undefined)
  const hasEstimate = tick.engines.some(
    instance => instance.estimated_ttft_ms !== undefined || instance.estimated_itl_ms !== undefined,
  )
  const isOver = (instance: DynamoTick['engines'][number]) =>
    (instance.estimated_ttft_ms ?? 0) > ttftMs || (instance.estimated_itl_ms ?? 0) > itlMs
  return {
    atS: tick.at_s,
    isLoad: tick.is_load,
    isThroughput: tick.is_throughput,
    serving: tick.active_prefill + tick.active_decode,
    starting: tick.starting_prefill + tick.starting_decode,
    isBlind: isSla && tick.is_load && tick.engines.length > 0 && !hasEstimate,
    sampleCount: pools.length === 0 ? null : Math.min(...pools.map(pool => pool.sampleCount)),
    seen: tick.engines.length,
    over: isSla ? tick.engines.filter(isOver).length : 0,
    wanted: counts.length === 0 ? null : counts.reduce((sum, steps) => sum + steps.wanted, 0),
    final: counts.length === 0 ? null : counts.reduce((sum, steps) => sum + steps.final, 0),
    couldShrink: couldShrink(tick),
    throughputReason: tick.throughput_decision_reason ?? null,
    judgedItl: isSla ? judgedItlOf(tick) : null,
  }
}

function couldShrink(tick: DynamoTick): boolean {
  const {ttft, itl} = tick.explanation.load?.explanation ?? {ttft: null, itl: null}
  const checks = [...(ttft?.checks ?? []), ...(itl?.checks ?? [])]
  return checks.length > 0 && checks.every(check => check.consolidation?.passes === true)
}

/** Rows of the passes in a recorded tick: instance, rank, wall time in seconds, … */
type PassRows = Readonly<Record<string, readonly (readonly (number | null)[])[]>>

function judgedItlOf({estimated_itl_ms: estimateMs, fields16}: DynamoTick): TickView['judgedItl'] {
  if (estimateMs === undefined || fields16?.fpm === undefined) return null
  const rows = Object.values(fields16.fpm as PassRows).flat()
  const tookMs = Math.max(0, ...rows.map(([, , seconds]) => (seconds ?? 0) * 1000))
  return tookMs > 0 ? {estimateMs, tookMs} : null
}
