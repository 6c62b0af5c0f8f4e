import type {PlannerConfig} from '../../../config/scenario.ts'
import type {ConsolidationCheck, LatencySide} from '../../../policies/dynamo/latency-side.ts'
import type {CountSteps} from '../../../policies/dynamo/load-decision.ts'
import type {InstanceLoad} from '../../../policies/dynamo/rules-1.2/latency-side.ts'
import type {TickGrounds} from '../../../policies/dynamo/rules-1.2/tick-decision.ts'
import type {UtilisationSide} from '../../../policies/dynamo/rules-1.2/utilisation-side.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {
  formatCompact,
  formatExact,
  formatFixed,
  formatMs,
  formatSpan,
  formatValue,
  NONE,
} from '../../kit/format.ts'

export type Fact = readonly [name: string, value: string]

/** What the planner was given at a tick, and the limits it works within. */
export function tickFacts(tick: DynamoTick, config: PlannerConfig): Fact[] {
  return [
    ...fleetFacts(tick),
    ...limitFacts(tick, config, 'replicas'),
    ...trafficFacts(tick, config),
    ...fitFacts(tick.explanation.grounds),
  ]
}

function fleetFacts(tick: DynamoTick): Fact[] {
  const {load} = tick.explanation.grounds
  const isAgg = tick.active_prefill === 0 && tick.starting_prefill === 0 && load?.topology !== 'disagg'
  const pair = (prefill: number, decode: number) => (isAgg ? `${decode}` : `${prefill} + ${decode}`)
  const expected =
    load === null
      ? NONE
      : load.topology === 'agg'
        ? `${load.pool.expected}`
        : pair(load.prefill.expected, load.decode.expected)
  return [
    [isAgg ? 'serving' : 'serving (prefill + decode)', pair(tick.active_prefill, tick.active_decode)],
    ['expected', expected],
    ['starting', pair(tick.starting_prefill, tick.starting_decode)],
    ['draining', pair(tick.draining_prefill, tick.draining_decode)],
  ]
}

/** @param budgetUnit what the release counts its budget in */
export function limitFacts(tick: DynamoTick, config: PlannerConfig, budgetUnit: 'replicas' | 'GPUs'): Fact[] {
  const {throughput_lower_bound_prefill: prefill, throughput_lower_bound_decode: decode} = tick
  const isAgg = config.mode === 'agg'
  const limit = (value: number) => (value < 0 ? 'none' : `${value}`)
  const facts: Fact[] = [
    ['lower bound', isAgg ? `${decode ?? NONE}` : `${prefill ?? NONE} + ${decode ?? NONE}`],
    ['fewest replicas (min_endpoint)', `${config.min_endpoint}`],
    ['budget', `${limit(config.min_gpu_budget)} to ${limit(config.max_gpu_budget)} ${budgetUnit}`],
  ]
  if (config.optimization_target !== 'sla') return facts
  return [
    ['TTFT target', formatMs(config.ttft)],
    ['ITL target', formatMs(config.itl)],
    ['sensitivity', `${config.load_scaling_down_sensitivity} %`],
    ...facts,
  ]
}

function trafficFacts(tick: DynamoTick, config: PlannerConfig): Fact[] {
  const facts: Fact[] = []
  if (tick.traffic === undefined) facts.push(['traffic', 'not looked at on this tick'])
  else {
    const {num_req, duration_s, isl, osl, kv_hit_rate} = tick.traffic
    facts.push(
      ['traffic', `${formatExact(num_req)} requests in ${formatSpan(duration_s)}`],
      ['mean ISL / OSL', `${formatFixed(isl, 1)} / ${formatFixed(osl, 1)} tokens`],
      ['cache hits', formatValue(kv_hit_rate, 'share')],
    )
  }
  const forecast = tick.explanation.grounds.throughput?.forecast
  if (forecast !== undefined) {
    facts.push([
      `predicted (${config.load_predictor})`,
      `${formatExact(forecast.numReq)} requests of ${formatFixed(forecast.isl, 1)} / ${formatFixed(forecast.osl, 1)} tokens`,
    ])
  }
  return facts
}

/** What the regression held at the estimate: enough to work an estimate out by hand. */
function fitFacts({load, throughput}: TickGrounds): Fact[] {
  const grounds = load ?? throughput
  if (grounds === null) return []
  const shortTime = (seconds: number) =>
    seconds < 1e-6 ? `${formatFixed(seconds * 1e9, 1)} ns` : `${formatFixed(seconds * 1e6, 2)} µs`
  if (grounds.topology === 'agg') {
    const fit = 'pool' in grounds ? grounds.pool.fit : grounds.fit
    if (fit === null) return []
    const {interceptS, prefillTokenS, kvTokenS} = fit
    return [
      [
        'a pass takes',
        `${formatMs(interceptS * 1000)} + ${shortTime(prefillTokenS)} per prompt token + ${shortTime(kvTokenS)} per KV token`,
      ],
      ...oddities(interceptS, {'prompt tokens': prefillTokenS, 'KV tokens': kvTokenS}),
    ]
  }
  const prefill = 'prefill' in grounds ? grounds.prefill.fit : grounds.prefillFit
  const decode = 'decode' in grounds ? grounds.decode.fit : grounds.decodeFit
  const facts: Fact[] = []
  if (prefill !== null) {
    facts.push([
      'a prefill pass takes',
      `${formatMs(prefill.interceptS * 1000)} + ${shortTime(prefill.prefillTokenS)} per prompt token`,
    ])
    facts.push(...oddities(prefill.interceptS, {'prompt tokens': prefill.prefillTokenS}))
  }
  if (decode !== null) {
    facts.push([
      'a decode pass takes',
      `${formatMs(decode.interceptS * 1000)} + ${shortTime(decode.requestS)} per request + ${shortTime(decode.kvTokenS)} per KV token`,
    ])
    facts.push(...oddities(decode.interceptS, {requests: decode.requestS, 'KV tokens': decode.kvTokenS}))
  }
  return facts
}

/** What no instance does: it tells how far the line may be trusted away from the passes it was drawn through. */
function oddities(interceptS: number, slopes: Readonly<Record<string, number>>): Fact[] {
  const odd: Fact[] = []
  if (interceptS < 0)
    odd.push(['odd about it', `an empty pass would take ${formatMs(interceptS * 1000)}, less than nothing`])
  for (const [name, slope] of Object.entries(slopes)) {
    if (slope < 0) odd.push(['odd about it', `more ${name} make a pass shorter`])
  }
  return odd
}

/** Replicas through the steps of a load decision, a row per pool. */
export function stepRows(tick: DynamoTick): readonly {readonly pool: string; readonly counts: CountSteps}[] {
  const {explanation} = tick.explanation.load ?? {}
  if (explanation === undefined) return []
  const {prefillCounts, decodeCounts} = explanation
  // What 1.6.1's decisions are made from is not read here; there an aggregated fleet has no counts of a prefill pool.
  const {load} = tick.explanation.grounds
  const isAgg = load === null ? prefillCounts === null && tick.active_prefill === 0 : load.topology === 'agg'
  return [
    {pool: 'prefill', counts: prefillCounts},
    {pool: isAgg ? 'replicas' : 'decode', counts: decodeCounts},
  ].flatMap(({pool, counts}) => (counts === null ? [] : [{pool, counts}]))
}

/** One instance as the planner saw it, with what it made of it. */
export interface InstanceRow {
  readonly key: string
  readonly name: string
  readonly load: InstanceLoad
  readonly ttft: EstimateCell | null
  readonly itl: EstimateCell | null
  /** Share of a capacity, for the targets that go by it. */
  readonly use: string | null
}

export interface EstimateCell {
  readonly estimate: string
  readonly isOver: boolean
  /** The check with one replica less; null where it was not made. */
  readonly check: {readonly passes: boolean; readonly text: string} | null
}

export function instanceRows(tick: DynamoTick): InstanceRow[] {
  const {load, grounds} = tick.explanation
  if (load === null || grounds.load === null) return []
  const {ttft, itl, prefillUse, decodeUse} = load.explanation
  if (grounds.load.topology === 'agg') {
    return grounds.load.pool.instances.map(instance => rowOf('', instance, {ttft, itl, use: decodeUse}))
  }
  const {prefill, decode} = grounds.load
  return [
    ...prefill.instances.map(instance => rowOf('prefill', instance, {ttft, itl: null, use: prefillUse})),
    ...decode.instances.map(instance => rowOf('decode', instance, {ttft: null, itl, use: decodeUse})),
  ]
}

interface Sides {
  readonly ttft: LatencySide | null
  readonly itl: LatencySide | null
  readonly use: UtilisationSide | null
}

export function rowOf(pool: string, load: InstanceLoad, {ttft, itl, use}: Sides): InstanceRow {
  const share = use?.shares.find(({instanceId}) => instanceId === load.instanceId)?.share
  return {
    key: `${pool} ${load.instanceId}`,
    name: `${pool} ${load.instanceId}`.trim(),
    load,
    ttft: ttft && estimateCell(ttft, load.instanceId),
    itl: itl && estimateCell(itl, load.instanceId),
    use: share === undefined ? null : formatValue(share, 'share'),
  }
}

function estimateCell(side: LatencySide, instanceId: number): EstimateCell | null {
  const check = side.checks.find(candidate => candidate.instanceId === instanceId)
  if (check === undefined) return null
  const {estimateMs, consolidation} = check
  return {
    estimate: estimateMs === null ? NONE : formatMs(estimateMs),
    isOver: estimateMs !== null && estimateMs > side.targetMs,
    check:
      consolidation === undefined ? null : {passes: consolidation.passes, text: checkText(consolidation)},
  }
}

function checkText({valueMs, limitMs, kvTokens, passes}: ConsolidationCheck): string {
  if (valueMs === null) return `${formatCompact(kvTokens)} KV: no room`
  return `${formatMs(valueMs)} ${passes ? '<' : '≥'} ${formatMs(limitMs)}`
}
