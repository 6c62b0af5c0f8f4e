import type {PlannerConfig} from '../../../config/scenario.ts'
import type {LoadReason} from '../../../policies/dynamo/reasons.ts'
import type {ThroughputReason16} from '../../../policies/dynamo/rules-1.6/reasons.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {formatExact, formatFixed, formatMs} from '../../kit/format.ts'
import {tellPool} from './tell-reasons.ts'
import {lastPassesMs, type TickFields16} from './tick-fields-1.6.ts'

/** Why a tick of 1.6.1's planner decided as it did, the way an operator would put it. */
export function tellReasons16(tick: DynamoTick, config: PlannerConfig, fields: TickFields16): string[] {
  return [
    ...tellLoad(tick, config, fields),
    ...tellThroughput(tick, config, fields),
    ...(tick.load_decision_reason === undefined && tick.throughput_decision_reason === undefined
      ? ['No decision was due: at this tick only floors and the budget were looked after.']
      : []),
  ]
}

function tellLoad(tick: DynamoTick, config: PlannerConfig, fields: TickFields16): string[] {
  const {load} = tick.explanation
  if (load === null)
    return tick.load_decision_reason === 'disabled' ? [tellStop('disabled', tick, config, fields)] : []
  const {ttft, itl, prefillUse, decodeUse, prefillCounts, decodeCounts} = load.explanation
  const reason = load.reason as LoadReason
  if (decodeCounts === null && prefillCounts === null) return [tellStop(reason, tick, config, fields)]
  const isAgg = prefillCounts === null && tick.active_prefill === 0
  const pools = [
    {
      name: 'Prefill',
      steps: prefillCounts,
      sides: ttft === null ? [] : [ttft],
      use: prefillUse,
      bound: tick.throughput_lower_bound_prefill ?? 1,
    },
    {
      name: isAgg ? '' : 'Decode',
      steps: decodeCounts,
      sides: (isAgg ? [ttft, itl] : [itl]).filter(side => side !== null),
      use: decodeUse,
      bound: tick.throughput_lower_bound_decode ?? 1,
    },
  ]
  const told = pools.flatMap(pool =>
    pool.steps === null ? [] : tellPool({...pool, steps: pool.steps, config, samples: null}),
  )
  return [...told, ...tellGuard(reason), ...tellEstimate(tick, fields)]
}

/** What the budget's own rules did with the wish. */
function tellGuard(reason: LoadReason): string[] {
  if (reason === 'gpu_budget_guard_hold')
    return ['The budget guard holds: it never turns a wish for more into fewer, nor one for fewer into more.']
  if (reason === 'gpu_budget_reconcile')
    return ['The fleet was outside its GPU budget and is pulled back into it, whatever load asks for.']
  return []
}

/** An estimate far from what passes took is the planner's, not the fleet's. */
const FAR = 5

function tellEstimate(tick: DynamoTick, fields: TickFields16): string[] {
  const {estimated_itl_ms: estimateMs} = tick
  const took = lastPassesMs(fields)
  const slowest = Math.max(...took)
  if (estimateMs === undefined || took.length === 0 || estimateMs < FAR * slowest) return []
  return [
    `The ITL estimate of ${formatMs(estimateMs)} is for a pass with a typical prompt in it, as learned from mixed passes; the ` +
      `last passes really took ${formatMs(Math.min(...took))} to ${formatMs(slowest)}.`,
  ]
}

/** A guard stopped the decision before anything was compared. */
function tellStop(reason: LoadReason, tick: DynamoTick, config: PlannerConfig, fields: TickFields16): string {
  const {active_prefill, active_decode, starting_prefill, starting_decode} = tick
  const serving = active_prefill + active_decode
  const starting = starting_prefill + starting_decode
  switch (reason) {
    case 'disabled':
      return 'Load scaling is switched off; the passes of this window were only learned from.'
    case 'no_fpm_data':
      return 'Held still: no instance has reported a pass yet, so there was nothing to go by.'
    case 'scaling_in_progress':
      return `Held still: the last decision is still being carried out (${serving} serving, ${starting} starting); with two pools both wait.`
    case 'worker_count_mismatch':
      return (
        `Held still: ${tick.engines.length} of ${serving} serving replicas have reported; one that became ready at this ` +
        'very tick has nothing to report yet.'
      )
    case 'insufficient_data':
      return `Held still: model not ready, no kind of pass has the ${config.load_min_observations} samples and the fit it takes.`
    case 'gpu_budget_reconcile':
    case 'gpu_budget_guard_hold':
      return `Kept as it is: ${tellGuard(reason)[0]}`
    default:
      return `Kept ${serving}: ${isUnanswered(tick, fields) ? 'the passes seen so far give no usable latency estimate' : 'nothing asked for another number'}.`
  }
}

function isUnanswered(tick: DynamoTick, {estimates_ms: estimates}: TickFields16): boolean {
  return (estimates ?? []).length === 0 && tick.engines.length > 0
}

function tellThroughput(tick: DynamoTick, config: PlannerConfig, fields: TickFields16): string[] {
  const reason = tick.throughput_decision_reason as ThroughputReason16 | undefined
  if (reason === undefined) return []
  const bounds = boundWords(tick)
  const need = needWords(tick, fields)
  switch (reason) {
    case 'no_traffic_data':
      return ['Throughput scaling saw no traffic in this window and left its bounds as they were.']
    case 'predict_failed':
      return ['Throughput scaling could not predict the next interval and left its bounds as they were.']
    case 'model_not_ready':
      return [
        `Throughput scaling: model not ready, too few ${config.mode === 'agg' ? 'mixed passes' : 'passes'} were caught at ticks to ` +
          `size the fleet; ${config.enable_load_scaling ? `the lower bound is the fleet as it is, ${bounds}` : 'the fleet stays as it is'}.`,
      ]
    case 'partner_not_ready':
      return ['Throughput scaling: one pool is not sized without the other, whose model is not ready.']
    case 'no_change':
      return [`${need}, which the fleet has.`]
    case 'gpu_budget_guard_hold':
      return [`${need}, but the GPU budget holds the counts as they are.`]
    case 'gpu_budget_reconcile':
      return [`${need}, but the fleet is outside its GPU budget and is first brought back into it.`]
    case 'set_lower_bound':
      return [`${need}, so load scaling may not go below ${bounds} until the next such tick.`]
    case 'scale':
      return [`${need}, so the fleet is set to ${scaleWords(tick)}.`]
  }
}

function needWords(tick: DynamoTick, {traffic}: TickFields16): string {
  const {predicted_num_req: requests, engine_rps_prefill: prefill, engine_rps_decode: decode} = tick
  const window = traffic?.duration_s
  const demand =
    requests === undefined || window === undefined
      ? 'Throughput scaling expects an unknown demand'
      : `Throughput scaling expects ${formatFixed(requests / window, 2)} req/s`
  const rate = (rps: number | undefined) =>
    rps === undefined ? 'an unknown rate' : `${formatFixed(rps, 2)} req/s`
  return tick.active_prefill === 0
    ? `${demand} and reckons that one instance serves ${rate(decode)}`
    : `${demand} and reckons that one prefill instance serves ${rate(prefill)} and one decode instance ${rate(decode)}`
}

function boundWords(tick: DynamoTick): string {
  const {throughput_lower_bound_prefill: prefill = 1, throughput_lower_bound_decode: decode = 1} = tick
  return tick.active_prefill === 0 ? formatExact(decode) : `${prefill} prefill + ${decode} decode`
}

function scaleWords({scale_to: target}: DynamoTick): string {
  const {num_prefill: prefill, num_decode: decode = 0} = target ?? {}
  return prefill === undefined ? `${decode}` : `${prefill} prefill + ${decode} decode`
}
