import type {HpaController, HpaMetric, HpaSpec} from '../../../config/scaling/hpa-spec.ts'
import {toHpaSpec} from '../../../config/scaling/keda-spec.ts'
import {
  parseHpaSettings,
  parseKedaSettings,
  parseKpaSettings,
} from '../../../config/scaling/parse-autoscaler.ts'
import type {PoolKey} from '../../../config/scaling/pool-map.ts'
import {formatSignal, type Signal} from '../../../config/scaling/signal.ts'
import type {Scaling} from '../../../config/scenario.ts'
import type {HpaPoolDetail} from '../../../policies/hpa/hpa-policy.ts'
import type {Proposal} from '../../../policies/hpa/tolerance.ts'
import type {KedaPollDetail} from '../../../policies/keda/keda-policy.ts'
import type {KpaPoolDetail} from '../../../policies/kpa/kpa-policy.ts'
import {formatFixed, formatSpan, NONE} from '../../kit/format.ts'
import {type ClusterTick, decidedPools} from './cluster-tick.ts'

export type Fact = readonly [name: string, value: string]

/** One metric of a pool's autoscaler at a tick. */
export interface MetricRow {
  readonly name: string
  readonly reading: string
  readonly target: string
  readonly ratio: string
  readonly asksFor: string
  /** The size goes by it. */
  readonly counts: boolean
}

/** What a policy saw and went by in one pool. */
export interface PoolFacts {
  /** null = the fleet has one pool. */
  readonly pool: PoolKey | null
  readonly metrics: readonly MetricRow[]
  readonly facts: readonly Fact[]
}

export function fleetFacts(tick: ClusterTick): readonly Fact[] {
  const isSplit = tick.active_prefill + tick.starting_prefill + tick.draining_prefill > 0
  const pair = (prefill: number, decode: number) => (isSplit ? `${prefill} + ${decode}` : `${decode}`)
  return [
    [isSplit ? 'serving (prefill + decode)' : 'serving', pair(tick.active_prefill, tick.active_decode)],
    ['starting', pair(tick.starting_prefill, tick.starting_decode)],
    ['draining', pair(tick.draining_prefill, tick.draining_decode)],
  ]
}

export function poolFacts(tick: ClusterTick, scaling: Scaling): readonly PoolFacts[] {
  const pools = decidedPools(tick)
  return pools.map(pool => ({
    pool: pools.length > 1 ? pool : null,
    ...factsOfPool(tick, pool, scaling),
  }))
}

function factsOfPool(tick: ClusterTick, pool: PoolKey, scaling: Scaling): Omit<PoolFacts, 'pool'> {
  const {detail} = tick
  if (detail.policy === 'hpa' && scaling.policy === 'hpa') {
    const parsed = parseHpaSettings(scaling.config)
    const settings = parsed.ok ? parsed.value.settings : null
    const own = settings?.pools[pool]
    if (settings !== null && own) return hpaFacts(detail[pool]!, {...own, controller: settings.controller})
  } else if (detail.policy === 'keda' && scaling.policy === 'keda') {
    const parsed = parseKedaSettings(scaling.config)
    const settings = parsed.ok ? parsed.value.settings : null
    const own = settings?.pools[pool]
    if (settings !== null && own) {
      const {sync, poll} = detail[pool]!
      const {spec, signals} = own
      const hpa = {spec: toHpaSpec(spec), signals, controller: settings.controller}
      const synced = sync === null ? {metrics: [], facts: []} : hpaFacts(sync, hpa)
      const intervals: Fact[] = [
        ['polling interval', formatSpan(spec.pollingIntervalS)],
        ['cooldown', formatSpan(spec.cooldownPeriodS)],
      ]
      return {...synced, facts: [...synced.facts, ...(poll === null ? [] : pollFacts(poll)), ...intervals]}
    }
  } else if (detail.policy === 'kpa' && scaling.policy === 'kpa') {
    const parsed = parseKpaSettings(scaling.config)
    const own = parsed.ok ? parsed.value.settings.pools[pool] : null
    if (own) return {metrics: [], facts: kpaFacts(detail[pool]!, own)}
  }
  return {metrics: [], facts: []}
}

interface HpaPoolSettings {
  readonly spec: HpaSpec
  readonly signals: readonly Signal[]
  readonly controller: HpaController
}

function hpaFacts(
  detail: HpaPoolDetail,
  {spec, signals, controller}: HpaPoolSettings,
): Omit<PoolFacts, 'pool'> {
  const {behavior, minReplicas, maxReplicas} = spec
  const {conditions, stabilised} = detail
  const low = 1 - (behavior?.scaleDown.tolerance ?? controller.tolerance)
  const high = 1 + (behavior?.scaleUp.tolerance ?? controller.tolerance)
  return {
    metrics: spec.metrics.map((metric, i) => ({
      ...metricRow(metric, detail.proposals?.[i] ?? null),
      name: signals[i] === undefined ? metric.name : formatSignal(signals[i]),
      counts: detail.metric === i,
    })),
    facts: [
      ['tolerance of the ratio', `${formatFixed(low, 2)} to ${formatFixed(high, 2)}`],
      ['after the windows', stabilised === null ? NONE : `${stabilised}`],
      ['asked for', `${detail.desired}`],
      ['scale-up window', windowText(behavior?.scaleUp.windowS ?? 0)],
      ['scale-down window', windowText(behavior?.scaleDown.windowS ?? controller.downscaleStabilizationS)],
      ['bounds', `${minReplicas} to ${maxReplicas}`],
      ['AbleToScale', conditionText(conditions.able)],
      ['ScalingActive', conditionText(conditions.active)],
      ['ScalingLimited', conditionText(conditions.limited)],
    ],
  }
}

function windowText(seconds: number): string {
  return seconds === 0 ? 'none' : formatSpan(seconds)
}

/** Status and reason, as `kubectl describe` lists them. */
function conditionText(condition: string | null): string {
  return condition === null ? NONE : condition.replace('/', ', ')
}

function metricRow({target}: HpaMetric, proposal: Proposal | null): Omit<MetricRow, 'name' | 'counts'> {
  const wanted = target.type === 'utilization' ? `${target.percent} %` : `${target.milli / 1000}`
  const per = target.type === 'averageValue' ? ' a replica' : ''
  if (proposal === null) return {reading: 'failed', target: wanted + per, ratio: NONE, asksFor: NONE}
  return {
    reading: proposal.current === null ? NONE : `${proposal.current / 1000}${per}`,
    target: wanted + per,
    ratio: Number.isFinite(proposal.ratio) ? formatFixed(proposal.ratio, 2) : NONE,
    asksFor: proposal.isWithinTolerance ? 'as it is' : `${proposal.replicas}`,
  }
}

function pollFacts({isActive, lastActiveS}: KedaPollDetail): readonly Fact[] {
  return [
    ['a trigger is active', isActive ? 'yes' : 'no'],
    ['last active', lastActiveS === null ? 'never' : `at ${formatFixed(lastActiveS, 1)} s`],
  ]
}

function kpaFacts(
  {stable, panic, isPanicking, excessBurst, desired, applied, ready, isValid}: KpaPoolDetail,
  config: {readonly target: number; readonly stableWindowS: number; readonly panicWindowS: number},
): readonly Fact[] {
  const average = (value: number) => (isValid ? formatFixed(value, 2) : NONE)
  return [
    [`average over ${config.stableWindowS} s`, average(stable)],
    [`average over ${config.panicWindowS} s`, average(panic)],
    ['target a replica', formatFixed(config.target, 2)],
    ['ready', `${ready}`],
    ['panicking', isPanicking ? 'yes' : 'no'],
    ['wants', `${desired}`],
    ['within the bounds', `${applied}`],
    ['excess burst capacity', average(excessBurst)],
  ]
}
