import type {PlannerConfig} from '../../../config/scenario.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {formatClock, formatMs, NONE} from '../../kit/format.ts'
import {reasonLabel} from '../../policies/dynamo/dynamo-decisions.ts'
import {tellWhy} from '../../policies/dynamo/tell-tick.ts'
import {thinRows} from './thin-rows.ts'

export interface TickRow {
  readonly time: string
  readonly replicas: string
  readonly ttft: string
  readonly itl: string
  readonly decided: string
  readonly load: string
  readonly throughput: string
  readonly why: string
}

/** More would double the file and be read by nobody; the diagnostics JSON has them all. */
export const MAX_ROWS = 1000

/** Every tick with its decisions; of a very long run those that asked for a change first of all. */
export function tickRows(ticks: readonly DynamoTick[], config: PlannerConfig): TickRow[] {
  const shown = ticks.length <= MAX_ROWS ? ticks : ticks.filter(tick => tick.scale_to !== undefined)
  return thinRows(shown, MAX_ROWS).map(tick => tickRow(tick, config))
}

function tickRow(tick: DynamoTick, config: PlannerConfig): TickRow {
  return {
    time: formatClock(tick.at_s),
    replicas: replicas(tick, config),
    ttft: tick.estimated_ttft_ms === undefined ? NONE : formatMs(tick.estimated_ttft_ms),
    itl: tick.estimated_itl_ms === undefined ? NONE : formatMs(tick.estimated_itl_ms),
    decided: decided(tick),
    load: reasons(tick, 'load'),
    throughput: reasons(tick, 'throughput'),
    why: tellWhy(tick, config).join(' '),
  }
}

function replicas({active_prefill, active_decode}: DynamoTick, {mode}: PlannerConfig): string {
  return mode === 'disagg' ? `${active_prefill} + ${active_decode}` : String(active_decode)
}

function decided({scale_to}: DynamoTick): string {
  if (scale_to === undefined) return NONE
  const {num_prefill, num_decode} = scale_to
  return [num_prefill, num_decode].filter(count => count !== undefined).join(' + ')
}

function reasons(tick: DynamoTick, kind: 'load' | 'throughput'): string {
  const isDue = kind === 'load' ? tick.is_load : tick.is_throughput
  if (!isDue) return NONE
  const whole = tick[`${kind}_decision_reason`]
  const prefill = tick[`${kind}_decision_reason_prefill`]
  const decode = tick[`${kind}_decision_reason_decode`]
  if (prefill === undefined && decode === undefined) return whole === undefined ? NONE : reasonLabel(whole)
  const parts = [prefill && `prefill: ${reasonLabel(prefill)}`, decode && `decode: ${reasonLabel(decode)}`]
  return parts.filter(part => part !== undefined).join('; ')
}
