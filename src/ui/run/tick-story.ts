import type {PlannerConfig} from '../../config/scenario.ts'
import type {LatencySide} from '../../planner/latency-side.ts'
import type {CountSteps, LoadDecision} from '../../planner/load-scaling.ts'
import type {LoadReason, TickRecord} from '../../planner/record.ts'
import type {ThroughputDecision} from '../../planner/throughput-scaling.ts'
import type {UtilisationSide} from '../../planner/utilisation-side.ts'
import {formatClock, formatFixed, formatMs, formatSpan, formatValue} from '../format.ts'

/** One planner tick in words: what it saw, what it decided, and why. */
export interface TickStory {
  readonly title: string
  /** The decision in one sentence, then its grounds. */
  readonly sentences: readonly string[]
  readonly steps: readonly {readonly pool: string; readonly counts: CountSteps}[]
  readonly facts: readonly (readonly [string, string])[]
}

export function tellTick(tick: TickRecord, config: PlannerConfig): TickStory {
  const {load, throughput} = tick.explanation
  const kinds = [tick.is_load ? 'load' : '', tick.is_throughput ? 'throughput' : ''].filter(
    kind => kind !== '',
  )
  const isAgg = config.mode === 'agg'
  const steps = [
    {pool: 'prefill', counts: load?.explanation.prefillCounts ?? null},
    {pool: isAgg ? 'replicas' : 'decode', counts: load?.explanation.decodeCounts ?? null},
  ].flatMap(({pool, counts}) => (counts === null ? [] : [{pool, counts}]))
  return {
    title: `Tick at ${formatClock(tick.at_s)}, ${kinds.join(' and ')} scaling`,
    sentences: [
      ...(load === null ? [] : tellLoad(load, tick, config)),
      ...(throughput === null ? [] : [tellThroughput(throughput, tick, isAgg)]),
    ],
    steps,
    facts: factsOf(tick, config),
  }
}

function tellLoad(load: LoadDecision, tick: TickRecord, config: PlannerConfig): string[] {
  const {ttft, itl, prefillUse, decodeUse} = load.explanation
  const sides = [ttft, itl].filter(side => side !== null)
  const uses = [prefillUse, decodeUse].filter(use => use !== null)
  return [
    `Load scaling: ${outcomeOf(load, tick)}.`,
    ...(sides.length + uses.length === 0 ? [GUARDS[load.reason] ?? ''] : []),
    ...sides.map(side => tellSide(side, config)),
    ...uses.map(tellUse),
  ].filter(sentence => sentence !== '')
}

function outcomeOf(load: LoadDecision, tick: TickRecord): string {
  const {scaleTo, reason} = load
  if (scaleTo === null) return REASON_WORDS[reason]
  const parts: string[] = []
  if (scaleTo.num_prefill !== undefined) parts.push(`prefill ${tick.active_prefill} → ${scaleTo.num_prefill}`)
  if (scaleTo.num_decode !== undefined) {
    parts.push(
      `${scaleTo.num_prefill === undefined ? 'replicas' : 'decode'} ${tick.active_decode} → ${scaleTo.num_decode}`,
    )
  }
  return `${REASON_WORDS[reason]}, ${parts.join(', ')}`
}

const REASON_WORDS: Readonly<Record<LoadReason, string>> = {
  disabled: 'switched off',
  no_fpm_data: 'no decision',
  scaling_in_progress: 'no decision',
  worker_count_mismatch: 'no decision',
  insufficient_data: 'no decision',
  no_change: 'no change',
  scale_up: 'scale up',
  scale_down: 'scale down',
  scale_down_capped_by_throughput: "scaling down is held by throughput scaling's lower bound",
  scale_down_refused_consolidation: 'no change: the load would not fit one replica less',
}

/** Why a guard stopped before anything was compared. */
const GUARDS: Partial<Readonly<Record<LoadReason, string>>> = {
  no_fpm_data: 'No engine has reported a forward pass yet.',
  scaling_in_progress: 'The last decision is still being carried out: the fleet has not reached its target.',
  worker_count_mismatch: 'The engines that reported are not as many as serve, so the picture is incomplete.',
  insufficient_data: 'Too few forward passes have been seen to estimate latency.',
}

function tellSide(side: LatencySide, config: PlannerConfig): string {
  const name = side.metric === 'ttft' ? 'TTFT' : 'ITL'
  const estimates = side.checks.flatMap(check => (check.estimateMs === null ? [] : [check.estimateMs]))
  if (estimates.length === 0)
    return `${name}: no estimate, because the regression over the passes seen so far has no usable fit.`
  const over = estimates.filter(estimate => estimate > side.targetMs).length
  const range = between(estimates, formatMs)
  const target = formatMs(side.targetMs)
  const base = `${name}: ${over} of ${estimates.length} ${estimates.length === 1 ? 'engine is' : 'engines are'} estimated over ${target} (${range})`
  if (over === estimates.length) return `${base}, so it asks for one more.`
  const failed = side.checks.find(check => check.consolidation?.passes === false)
  if (failed?.consolidation === undefined) {
    const isDown = side.desired !== null && !side.isRefused
    return isDown ? `${base}; with one replica less all would stay within the margin.` : `${base}.`
  }
  const {valueMs, limitMs, kvTokens} = failed.consolidation
  const what = side.metric === 'ttft' ? "the queue's part of TTFT" : 'ITL'
  const limit = `${formatMs(limitMs)} (${config.load_scaling_down_sensitivity} % of ${side.metric === 'ttft' ? 'what the target leaves' : target})`
  const after =
    valueMs === null
      ? `${formatValue(kvTokens, 'tokens')} KV tokens would not fit its cache`
      : `${what} would be ${formatMs(valueMs)}, the limit is ${limit}`
  return `${base}; with one replica less, on instance ${failed.workerId} ${after}.`
}

function tellUse(use: UtilisationSide): string {
  const name = use.metric === 'kv_tokens' ? 'KV use' : 'Prefill queue'
  if (use.capacityTokens === null || use.shares.length === 0) return `${name}: capacity unknown.`
  const shares = use.shares.map(({share}) => share)
  const range = between(shares, share => formatValue(share, 'share'))
  const up = formatValue(use.scaleUpAt, 'share')
  const down = formatValue(use.scaleDownAt, 'share')
  return `${name}: ${range} of capacity; any engine above ${up} scales up, all below ${down} scale down.`
}

function between(values: readonly number[], format: (value: number) => string): string {
  const low = format(Math.min(...values))
  const high = format(Math.max(...values))
  return low === high ? low : `${low} to ${high}`
}

function tellThroughput(decision: ThroughputDecision, tick: TickRecord, isAgg: boolean): string {
  const {demandRps, wantedPrefill, wantedDecode} = decision.explanation
  const demand = `Throughput scaling expects ${formatFixed(demandRps, 2)} requests/s`
  const one = (rps: number | null) => (rps === null ? 'unknown' : `${formatFixed(rps, 2)}/s`)
  if (wantedDecode === null && wantedPrefill === null)
    return `${demand}; ${decision.reason.replaceAll('_', ' ')}.`
  const asks = isAgg
    ? `one engine serves ${one(decision.engineRpsDecode)} within the targets, so it wants ${wantedDecode}`
    : `one prefill engine serves ${one(decision.engineRpsPrefill)} and one decode engine ${one(decision.engineRpsDecode)}, so it wants ${wantedPrefill} + ${wantedDecode}`
  const effect = decision.bounds === null ? '' : '; load scaling may not go below that'
  return `${demand}; ${asks}${tick.scale_to === undefined || decision.bounds !== null ? effect : ''}.`
}

function factsOf(tick: TickRecord, config: PlannerConfig): (readonly [string, string])[] {
  const pair = (prefill: number | undefined, decode: number | undefined) =>
    config.mode === 'agg' ? `${decode ?? '–'}` : `${prefill ?? '–'} + ${decode ?? '–'}`
  const budget = (value: number) => (value < 0 ? 'none' : `${value}`)
  const facts: (readonly [string, string])[] = [
    ['serving', pair(tick.active_prefill, tick.active_decode)],
    ['starting', pair(tick.starting_prefill, tick.starting_decode)],
    ['draining', pair(tick.draining_prefill, tick.draining_decode)],
    ['lower bound', pair(tick.throughput_lower_bound_prefill, tick.throughput_lower_bound_decode)],
    ['budget', `${budget(config.min_gpu_budget)} to ${budget(config.max_gpu_budget)} replicas`],
  ]
  if (tick.traffic !== undefined) {
    const {num_req, duration_s, isl, osl} = tick.traffic
    const lengths = `ISL ${formatFixed(isl, 1)}, OSL ${formatFixed(osl, 1)}`
    facts.push(['traffic seen', `${num_req} requests in ${formatSpan(duration_s)}, ${lengths}`])
  }
  return facts
}
