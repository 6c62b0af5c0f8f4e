import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {ScaleTarget} from '../load-decision.ts'
import {decideLoad16} from './load/load-scaling.ts'
import type {LoadDecision16, PoolLoad} from './load/pool-load.ts'
import {projectProposal} from './load/projection.ts'
import {type EstimateGrounds, estimatesFrom} from './pass-times/performance-model.ts'
import {
  decideThroughput16,
  type ThroughputDecision16,
  type ThroughputInputs,
  type TrafficForecast16,
} from './throughput-scaling.ts'

/** What the observed traffic said last of the prefix cache and of speculation. */
interface TrafficMetadata {
  readonly kvHitRate: number | null
  /** Tokens accepted per decode pass. */
  readonly acceptLength: number
}

/** What the decisions of a tick are made from besides the planner config. An aggregated fleet has only `decode`. */
interface Situation<Pool> {
  readonly prefill: Pool | null
  readonly decode: Pool
  /** null = throughput scaling is not due, or there is no traffic to predict from. */
  readonly throughput: (TrafficMetadata & {readonly forecast: TrafficForecast16}) | null
  /** null = load scaling is not due. */
  readonly load: TrafficMetadata | null
}

/** With bounds as they stood before the tick. */
export type TickSituation16 = Situation<PoolLoad>

/** One pool with its estimates as the data they are made from. */
type PoolGrounds16 = Omit<PoolLoad, 'estimates'> & {readonly estimates: EstimateGrounds | null}

/** The same as plain data, to be kept, sent and decided upon again. */
export type TickGrounds16 = Situation<PoolGrounds16>

/** null = the tick took no such decision. */
export interface TickDecisions16 {
  readonly throughput: ThroughputDecision16 | null
  readonly load: LoadDecision16 | null
  /** What the plugins propose together. */
  readonly proposal: ScaleTarget | null
  /** The last word; null = leave the fleet alone. */
  readonly scaleTo: ScaleTarget | null
}

/**
 * All decisions of a tick (planner-1.6.md 5): load scaling works with the bounds that throughput scaling has just set, and
 * minima and budget have the last word, even on a tick on which neither was due.
 */
export function decideTick16(config: PlannerConfig16, situation: TickSituation16): TickDecisions16 {
  const asked = throughputInputs(config, situation)
  const throughput = asked && decideThroughput16(asked)
  const pools = withBounds(situation, throughput?.bounds ?? null)
  const load = situation.load && decideLoad16({config, ...pools, ...situation.load})
  // With load scaling on, throughput scaling only sets bounds, so one of the two at most has a wish.
  const proposal = load?.scaleTo ?? throughput?.scaleTo ?? null
  return {throughput, load, proposal, scaleTo: projectProposal({config, ...pools, proposal})}
}

export function throughputInputs(
  config: PlannerConfig16,
  {prefill, decode, throughput}: TickSituation16,
): ThroughputInputs | null {
  return throughput && {config, prefill, decode, ...throughput}
}

function withBounds(
  {prefill, decode}: TickSituation16,
  bounds: ThroughputDecision16['bounds'],
): Pick<TickSituation16, 'prefill' | 'decode'> {
  if (bounds === null) return {prefill, decode}
  return {
    prefill: prefill && {...prefill, throughputBound: bounds.prefill ?? prefill.throughputBound},
    decode: {...decode, throughputBound: bounds.decode},
  }
}

/** null where tables have a part in the estimates: these are no data to keep with a tick. */
export function groundsOf({prefill, decode, ...asked}: TickSituation16): TickGrounds16 | null {
  const plain = (pool: PoolLoad): PoolGrounds16 => ({...pool, estimates: pool.estimates?.grounds ?? null})
  const isPlain = (pool: PoolLoad | null) =>
    (pool?.estimates ?? null) === null || pool?.estimates?.grounds != null
  if (!isPlain(prefill) || !isPlain(decode)) return null
  return {...asked, prefill: prefill && plain(prefill), decode: plain(decode)}
}

export function situationOf({prefill, decode, ...asked}: TickGrounds16): TickSituation16 {
  const alive = (pool: PoolGrounds16): PoolLoad => ({
    ...pool,
    estimates: pool.estimates && estimatesFrom(pool.estimates),
  })
  return {...asked, prefill: prefill && alive(prefill), decode: alive(decode)}
}
