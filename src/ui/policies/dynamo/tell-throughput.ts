import type {PlannerConfig} from '../../../config/scenario.ts'
import type {ThroughputDecision} from '../../../policies/dynamo/rules-1.2/throughput-scaling.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {formatFixed} from '../../kit/format.ts'

/** Why throughput scaling decided as it did; one sentence for the demand and the fleet it calls for. */
export function tellThroughput(
  decision: ThroughputDecision,
  config: PlannerConfig,
  tick: DynamoTick,
): string[] {
  switch (decision.reason) {
    case 'disabled':
      return ['Throughput scaling is switched off.']
    case 'no_traffic_data':
      return ['Throughput scaling saw no traffic in this window and left its bounds as they were.']
    case 'predict_failed':
      return ['Throughput scaling could not predict the next interval and left its bounds as they were.']
    case 'model_not_ready':
    case 'partner_not_ready':
      return [tellUnready(decision)]
    case 'no_change':
      return [`${tellNeed(decision)}, which the fleet has.`]
    case 'gpu_budget_guard_hold':
      return [`${tellNeed(decision)}, but the GPU budget holds the counts as they are.`]
    case 'gpu_budget_reconcile':
      return [
        `${tellNeed(decision)}, but the fleet is outside its GPU budget and is first brought back into it.`,
      ]
    case 'set_lower_bound':
      return [
        `${tellNeed(decision)}, so load scaling may not go below ${countsOf(decision)} until the next such tick.`,
      ]
    case 'scale':
      return [
        `${tellNeed(decision)}, so the fleet is set to ${countsOf(decision)}${tellBudget(decision, config, tick)}.`,
      ]
  }
}

function tellUnready({reasonPrefill, reasonDecode, explanation}: ThroughputDecision): string {
  const demand = `Throughput scaling expects ${rate(explanation.demandRps)}`
  const lacking = 'the passes seen so far do not tell what one instance can serve'
  if (reasonPrefill === null) return `${demand}, but ${lacking}; the bounds stay as they were.`
  if (reasonPrefill === reasonDecode)
    return `${demand}, but ${lacking} in either pool; the bounds stay as they were.`
  const pool = reasonPrefill === 'model_not_ready' ? 'prefill' : 'decode'
  return `${demand}, but for ${pool} ${lacking}, and one pool is not sized without the other.`
}

function tellNeed(decision: ThroughputDecision): string {
  const {instanceRpsPrefill, instanceRpsDecode, explanation} = decision
  const demand = `Throughput scaling expects ${rate(explanation.demandRps)}`
  if (explanation.prefill === null) {
    return `${demand} and reckons that one instance serves ${rate(instanceRpsDecode)} within the targets`
  }
  return `${demand} and reckons that one prefill instance serves ${rate(instanceRpsPrefill)} and one decode instance ${rate(instanceRpsDecode)}`
}

function rate(rps: number | null): string {
  return rps === null ? 'an unknown rate' : `${formatFixed(rps, 2)} req/s`
}

function countsOf({bounds, scaleTo}: ThroughputDecision): string {
  const prefill = bounds?.prefill ?? scaleTo?.num_prefill
  const decode = bounds?.decode ?? scaleTo?.num_decode ?? 0
  return prefill === undefined ? `${decode}` : `${prefill} prefill + ${decode} decode`
}

function tellBudget(
  {explanation, scaleTo}: ThroughputDecision,
  config: PlannerConfig,
  tick: DynamoTick,
): string {
  const {wantedPrefill, wantedDecode} = explanation
  const wanted = (wantedPrefill ?? 0) + (wantedDecode ?? 0)
  const final = (scaleTo?.num_prefill ?? 0) + (scaleTo?.num_decode ?? 0)
  if (wanted !== final) {
    const limit = final < wanted ? `at most ${config.max_gpu_budget}` : `at least ${config.min_gpu_budget}`
    return `; it called for ${wanted}, the budget allows ${limit}`
  }
  const isKept =
    scaleTo?.num_decode === tick.active_decode &&
    (scaleTo.num_prefill ?? tick.active_prefill) === tick.active_prefill
  return isKept ? ', which it already is' : ''
}
