import type {Release} from '../../../config/release.ts'
import type {ReplicaPair} from '../../../policies/dynamo/rules.ts'
import type {TippingChange} from '../../../policies/dynamo/tipping/tipping.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {tellKnob} from '../../../sweep/keys.ts'
import {formatCompact, formatExact} from '../../kit/format.ts'
import {fields16Of} from './tick-fields-1.6.ts'

/** "With a TTFT target of 1,312 ms or less it would have scaled up to 3." */
export function tellTipping(change: TippingChange, subject: 'fleet' | 'bounds', tick: DynamoTick): string {
  const outcome = subject === 'fleet' ? tellFleet(change.newDecision, tick) : tellBounds(change.newDecision)
  return `With ${tellInput(change, tick)} it would have ${outcome}.`
}

/** How much of a change that is, for a reader who ranks them: "12.5 % less". */
export function tellSize({relativeChange, delta}: TippingChange): string {
  const percent = relativeChange * 100
  const size =
    percent < 0.05
      ? 'under 0.1 %'
      : percent < 10
        ? `${percent.toFixed(1)} %`
        : `${formatCompact(Math.round(percent))} %`
  return `${size} ${delta < 0 ? 'less' : 'more'}`
}

function tellInput(change: TippingChange, tick: DynamoTick): string {
  const {input, from, to, delta, pool} = change
  const limit = change.holdsBeyond ? (delta < 0 ? ' or less' : ' or more') : ''
  const now = from === null ? '' : ` (not ${formatExact(from)})`
  const few = change.holdsBeyond ? (delta < 0 ? ' or fewer' : ' or more') : ''
  switch (input) {
    case 'ttft':
      return `a TTFT target of ${formatExact(to)} ms${limit}`
    case 'itl':
      return `an ITL target of ${formatExact(to)} ms${limit}`
    case 'load_scaling_down_sensitivity':
      return `a scale-down sensitivity of ${formatExact(to)} %${limit}${now}`
    case 'queued_prefill_tokens':
      return tellTokens(change, 'queued prompt tokens')
    case 'kv_tokens':
      return tellTokens(change, 'KV tokens')
    case 'predicted_demand':
      return `${formatExact(to)} req/s${limit} expected${from === null ? '' : ` (not ${formatExact(from)})`}`
    case 'throughput_bound':
      return `a lower bound of ${to}${few} ${pool === 'agg' ? '' : `${pool} `}replicas from throughput scaling${now}`
    case 'max_gpu_budget':
    case 'min_gpu_budget':
    case 'min_endpoint':
    case 'prefill_min_endpoint':
    case 'decode_min_endpoint':
    case 'max_throughput_scaling_replicas':
    case 'prefill_scale_up_queue_tokens':
    case 'prefill_scale_down_queue_tokens':
      return `${tellKnob(`planner.${input}`, formatExact(to), releaseOf(tick))}${few}${now}`
    case 'decode_scale_up_kv_rate':
    case 'decode_scale_down_kv_rate':
      return `${tellKnob(`planner.${input}`, formatExact(to), releaseOf(tick))}${limit}${now}`
  }
}

function releaseOf(tick: DynamoTick): Release {
  return fields16Of(tick) === null ? '1.2.1' : '1.6.1'
}

function tellTokens({delta, instanceId, holdsBeyond, pool}: TippingChange, what: string): string {
  const amount = `${formatExact(Math.abs(delta))} ${delta < 0 ? 'fewer' : 'more'} ${what}`
  const where =
    instanceId === null
      ? `on each ${pool === 'agg' ? '' : `${pool} `}instance`
      : `on instance ${instanceId} alone`
  return `${amount} ${where}${holdsBeyond ? ', or beyond,' : ''}`
}

function tellFleet(decision: ReplicaPair | null, tick: DynamoTick): string {
  if (decision === null) return 'taken no decision'
  const {prefill, decode} = decision
  if (prefill === null) return tellCount(decode, tick.active_decode)
  const changes = [
    {to: prefill, from: tick.active_prefill, pool: 'prefill'},
    {to: decode, from: tick.active_decode, pool: 'decode'},
  ].filter(({from, to}) => from !== to)
  if (changes.length === 0) return `kept ${prefill} prefill + ${decode} decode`
  return `scaled ${changes.map(({to, from, pool}) => `${pool} ${to > from ? 'up' : 'down'} to ${to}`).join(' and ')}`
}

function tellCount(to: number, from: number): string {
  if (to === from) return `kept ${to}`
  return `scaled ${to > from ? 'up' : 'down'} to ${to}`
}

function tellBounds(bounds: ReplicaPair | null): string {
  if (bounds === null) return 'set no lower bound'
  const {prefill, decode} = bounds
  return `set the lower bound to ${prefill === null ? decode : `${prefill} prefill + ${decode} decode`}`
}
