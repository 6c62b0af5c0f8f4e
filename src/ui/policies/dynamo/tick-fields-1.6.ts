import type {PlannerConfig} from '../../../config/scenario.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {formatExact, formatFixed, formatMs, formatSpan, formatValue} from '../../kit/format.ts'
import {type Fact, type InstanceRow, limitFacts, rowOf} from './tick-facts.ts'

/** What the page reads of a recorded tick of 1.6.1, under the names of `--diagnostics-json`. */
export interface TickFields16 {
  readonly counts?: {readonly expected_num_prefill?: number; readonly expected_num_decode?: number}
  readonly traffic?: {
    readonly duration_s: number
    readonly num_req: number
    readonly isl: number
    readonly osl: number
    readonly kv_hit_rate: number
  }
  /** Rows by pool: instance, rank, wall time of its last pass in seconds, … */
  readonly fpm?: Readonly<Record<string, readonly (readonly (number | null)[])[] | undefined>>
  readonly estimates_ms?: readonly unknown[]
  readonly regression?: Readonly<Record<string, Learned | undefined>>
}

interface Learned {
  readonly typical_prefill: readonly [requests: number, tokens: number]
  readonly stores: Readonly<Record<string, {readonly count: number; readonly fit: readonly number[] | null}>>
}

/** null = a tick of another release. */
export function fields16Of({fields16}: DynamoTick): TickFields16 | null {
  return (fields16 as TickFields16 | undefined) ?? null
}

/** How long the last pass of each instance took that ran one since the last tick. */
export function lastPassesMs({fpm = {}}: TickFields16): readonly number[] {
  return Object.values(fpm).flatMap(rows =>
    (rows ?? []).flatMap(([, , seconds]) => (seconds != null && seconds > 0 ? [seconds * 1000] : [])),
  )
}

/** What the planner was given at a tick, and the limits it works within. */
export function tickFacts16(tick: DynamoTick, config: PlannerConfig, fields: TickFields16): Fact[] {
  return [
    ...fleetFacts(tick, config, fields),
    ...limitFacts(tick, config, 'GPUs'),
    ...trafficFacts(tick, config, fields),
    ...learnedFacts(fields),
  ]
}

function fleetFacts(tick: DynamoTick, config: PlannerConfig, {counts = {}}: TickFields16): Fact[] {
  const isAgg = config.mode === 'agg'
  const pair = (prefill: number | undefined, decode: number | undefined) =>
    isAgg ? `${decode ?? 0}` : `${prefill ?? 0} + ${decode ?? 0}`
  return [
    [isAgg ? 'serving' : 'serving (prefill + decode)', pair(tick.active_prefill, tick.active_decode)],
    ['expected', pair(counts.expected_num_prefill, counts.expected_num_decode)],
    ['starting', pair(tick.starting_prefill, tick.starting_decode)],
    ['draining', pair(tick.draining_prefill, tick.draining_decode)],
  ]
}

function trafficFacts(tick: DynamoTick, config: PlannerConfig, {traffic}: TickFields16): Fact[] {
  const facts: Fact[] = []
  if (traffic === undefined) facts.push(['traffic', 'not looked at on this tick'])
  else {
    const {num_req, duration_s, isl, osl, kv_hit_rate} = traffic
    facts.push(
      ['traffic', `${formatExact(num_req)} requests in ${formatSpan(duration_s)}`],
      ['mean ISL / OSL', `${formatFixed(isl, 1)} / ${formatFixed(osl, 1)} tokens`],
      ['cache hits', formatValue(kv_hit_rate, 'share')],
    )
  }
  const {predicted_num_req: requests, predicted_isl: isl, predicted_osl: osl} = tick
  if (requests !== undefined && isl !== undefined && osl !== undefined)
    facts.push([
      `predicted (${config.load_predictor})`,
      `${formatExact(requests)} requests of ${formatFixed(isl, 1)} / ${formatFixed(osl, 1)} tokens`,
    ])
  return facts
}

const KINDS: Readonly<Record<string, string>> = {
  pure_decode: 'passes that only decode',
  contains_locally_mixed: 'mixed passes',
  pure_prefill: 'passes that only prefill',
  contains_cross_rank_mixed: 'mixed over ranks',
}

/** What was learned, each kind of pass apart: enough to see which estimate stands on what. */
function learnedFacts(fields: TickFields16): Fact[] {
  const took = lastPassesMs(fields)
  const facts: Fact[] =
    took.length === 0
      ? []
      : [['last passes took', `${formatMs(Math.min(...took))} to ${formatMs(Math.max(...took))}`]]
  for (const [role, learned] of Object.entries(fields.regression ?? {})) {
    if (learned === undefined) continue
    const where = role === 'aggregated' ? '' : `${role}: `
    for (const [kind, {count, fit}] of Object.entries(learned.stores))
      facts.push([
        `${where}${KINDS[kind] ?? kind}`,
        fit === null
          ? `${count} learned, no fit`
          : `${count} learned, ${formatMs(fit[0] ?? 0)} at their mean`,
      ])
    const [requests, tokens] = learned.typical_prefill
    facts.push([`${where}typical prompt in a pass`, `${requests} of ${formatExact(tokens)} tokens`])
  }
  return facts
}

/** One row per instance that was seen, with what was made of it. */
export function instanceRows16(tick: DynamoTick): InstanceRow[] {
  const {
    ttft = null,
    itl = null,
    prefillUse = null,
    decodeUse = null,
  } = tick.explanation.load?.explanation ?? {}
  const isAgg = tick.engines.every(({pool}) => pool === 'decode') && tick.active_prefill === 0
  return tick.engines.map(instance => {
    const load = {
      instanceId: instance.worker_id,
      scheduledPrefillTokens: instance.scheduled_prefill_tokens,
      scheduledDecodeKvTokens: instance.scheduled_decode_kv_tokens,
      queuedPrefillTokens: instance.queued_prefill_tokens,
      queuedDecodeKvTokens: instance.queued_decode_kv_tokens,
    }
    if (isAgg) return rowOf('', load, {ttft, itl, use: decodeUse})
    return instance.pool === 'prefill'
      ? rowOf('prefill', load, {ttft, itl: null, use: prefillUse})
      : rowOf('decode', load, {ttft: null, itl, use: decodeUse})
  })
}
