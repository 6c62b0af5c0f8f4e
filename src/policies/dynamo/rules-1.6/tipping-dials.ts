import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {ReplicaPair} from '../rules.ts'
import type {Dial as AnyDial, TippingInput} from '../tipping/dial.ts'
import {loadDials} from '../tipping/load-dials.ts'
import {bothWays, budgetDials, COUNT_RANGE, demandDials, TARGET_RANGE} from '../tipping/number-dial.ts'
import {fewestReplicas} from './load/pool-load.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import type {TickGrounds16} from './tick-decision.ts'

type Dial = AnyDial<PlannerConfig16, TickGrounds16>
type PoolName = 'prefill' | 'decode'

/** Everything worth turning at a tick of 1.6.1; what has no say in its decisions never flips them and so drops out. */
export function dialsOf16(
  config: PlannerConfig16,
  grounds: TickGrounds16,
  outcome: ReplicaPair | null,
): Dial[] {
  return [
    ...targetDials(config, grounds),
    ...thresholdDials(config, grounds),
    ...(grounds.load === null ? [] : instanceDials(config, grounds)),
    ...throughputDials(config, grounds),
    ...boundDials(config, grounds),
    ...minimumDials(config, grounds),
    ...gpuDials(config, grounds, outcome),
  ]
}

interface SettingRange {
  readonly perUnit?: number
  readonly min: number
  readonly max: number
}

/** A setting of the planner, turned within what its config takes. */
function setting<Key extends TippingInput & keyof PlannerConfig16>(
  config: PlannerConfig16,
  grounds: TickGrounds16,
  input: Key,
  {perUnit = 1, min, max}: SettingRange,
) {
  const apply = (value: number) => ({config: {...config, [input]: value}, grounds})
  return {input, from: config[input] as number, perUnit, min, max, apply}
}

function targetDials(config: PlannerConfig16, grounds: TickGrounds16): Dial[] {
  if (config.optimization_target !== 'sla') return []
  const target = (input: 'ttft' | 'itl', perUnit: number) =>
    bothWays(setting(config, grounds, input, {perUnit, min: 1 / perUnit, max: config[input] * TARGET_RANGE}))
  const sensitivity = setting(config, grounds, 'load_scaling_down_sensitivity', {min: 0, max: 100})
  return [...target('ttft', 1), ...target('itl', 10), ...bothWays(sensitivity)]
}

/** Percent of the KV pool. */
const MOST_KV_RATE = 100
/** Queued prompt tokens by which a threshold is raised at the most, as a factor. */
const QUEUE_THRESHOLD_RANGE = 10

/** The thresholds that target `load` is given; the one to scale up at stays above the other. */
function thresholdDials(config: PlannerConfig16, grounds: TickGrounds16): Dial[] {
  if (config.optimization_target !== 'load') return []
  const pair = <Key extends TippingInput & keyof PlannerConfig16>(
    up: Key,
    down: Key,
    {perUnit, most}: {readonly perUnit: number; readonly most: (up: number) => number},
  ): Dial[] => {
    const [high, low] = [config[up] as number | null, config[down] as number | null]
    if (high === null || low === null) return []
    return [
      ...bothWays(setting(config, grounds, up, {perUnit, min: low + 1 / perUnit, max: most(high)})),
      ...bothWays(setting(config, grounds, down, {perUnit, min: 0, max: high - 1 / perUnit})),
    ]
  }
  const queue = {perUnit: 1, most: (up: number) => Math.max(up, 1) * QUEUE_THRESHOLD_RANGE}
  return [
    ...pair('decode_scale_up_kv_rate', 'decode_scale_down_kv_rate', {perUnit: 10, most: () => MOST_KV_RATE}),
    ...(grounds.prefill === null
      ? []
      : pair('prefill_scale_up_queue_tokens', 'prefill_scale_down_queue_tokens', queue)),
  ]
}

function instanceDials(config: PlannerConfig16, grounds: TickGrounds16): Dial[] {
  const turn = (role: PoolName, input: 'queued_prefill_tokens' | 'kv_tokens'): Dial[] => {
    const state = grounds[role]
    if (state === null) return []
    const key = input === 'kv_tokens' ? 'decodeKvTokens' : 'queuedPrefillTokens'
    return loadDials<ForwardPass, PlannerConfig16, TickGrounds16>({
      ...{pool: grounds.prefill === null ? 'agg' : role, input, instances: state.instances},
      tokensOf: pass => pass[key],
      withTokens: (pass, tokens) => ({...pass, [key]: tokens}),
      limits: {
        passTokens: state.capabilities.maxBatchedTokens,
        poolTokens: state.capabilities.maxKvTokens,
      },
      isSla: config.optimization_target === 'sla',
      applyTo: instances => ({config, grounds: {...grounds, [role]: {...state, instances}}}),
    })
  }
  const queueRole = grounds.prefill === null ? 'decode' : 'prefill'
  return [...turn(queueRole, 'queued_prefill_tokens'), ...turn('decode', 'kv_tokens')]
}

/** Demand, and by how many replicas one observation may move a pool. */
function throughputDials(config: PlannerConfig16, grounds: TickGrounds16): Dial[] {
  const {throughput} = grounds
  if (throughput === null) return []
  const {forecast} = throughput
  const demand = demandDials(forecast, numReq => ({
    config,
    grounds: {...grounds, throughput: {...throughput, forecast: {...forecast, numReq}}},
  }))
  const most = config.max_throughput_scaling_replicas + COUNT_RANGE
  return [
    ...demand,
    ...bothWays(setting(config, grounds, 'max_throughput_scaling_replicas', {min: 1, max: most})),
  ]
}

/** The standing bound of throughput scaling; on a tick that sets it anew the demand is what to turn. */
function boundDials(config: PlannerConfig16, grounds: TickGrounds16): Dial[] {
  const {load, throughput} = grounds
  if (load === null || throughput !== null || !config.enable_throughput_scaling) return []
  const dial = (role: PoolName): Dial[] => {
    const pool = grounds[role]
    if (pool === null) return []
    const from = pool.throughputBound
    return bothWays({
      input: 'throughput_bound',
      pool: grounds.prefill === null ? 'agg' : role,
      ...{from, perUnit: 1, min: 0, max: from + COUNT_RANGE},
      apply: throughputBound => ({config, grounds: {...grounds, [role]: {...pool, throughputBound}}}),
    })
  }
  return [...dial('prefill'), ...dial('decode')]
}

/** Minima that fit into the budget together, as the config demands; a role's own has the say over the common one. */
function minimumDials(config: PlannerConfig16, grounds: TickGrounds16): Dial[] {
  const roles = grounds.prefill === null ? (['decode'] as const) : (['prefill', 'decode'] as const)
  const gpusOf = (role: PoolName) => grounds[role]?.capabilities.gpusPerReplica ?? 0
  const ownKey = {prefill: 'prefill_min_endpoint', decode: 'decode_min_endpoint'} as const
  const common = roles.filter(role => config[ownKey[role]] === null)
  const dial = (
    input: 'min_endpoint' | 'prefill_min_endpoint' | 'decode_min_endpoint',
    moved: readonly PoolName[],
    min: number,
  ): Dial[] => {
    if (moved.length === 0) return []
    const others = roles.filter(role => !moved.includes(role))
    const taken = others.reduce((sum, role) => sum + gpusOf(role) * fewestReplicas(config, role), 0)
    const each = moved.reduce((sum, role) => sum + gpusOf(role), 0)
    const isLimited = config.max_gpu_budget >= 0 && each > 0
    const room = isLimited ? Math.floor((config.max_gpu_budget - taken) / each) : Number.POSITIVE_INFINITY
    const most = Math.min((config[input] ?? 0) + COUNT_RANGE, room)
    return bothWays(setting(config, grounds, input, {min, max: most}))
  }
  return [
    ...dial('min_endpoint', common, 0),
    ...roles.filter(role => !common.includes(role)).flatMap(role => dial(ownKey[role], [role], 1)),
  ]
}

/** Budgets are in GPUs; the ceiling holds the minima. */
function gpuDials(config: PlannerConfig16, grounds: TickGrounds16, outcome: ReplicaPair | null): Dial[] {
  const gpus = (counts: {readonly prefill: number | null; readonly decode: number}) =>
    (counts.prefill ?? 0) * (grounds.prefill?.capabilities.gpusPerReplica ?? 0) +
    counts.decode * grounds.decode.capabilities.gpusPerReplica
  const fewest = gpus({
    prefill: grounds.prefill && fewestReplicas(config, 'prefill'),
    decode: fewestReplicas(config, 'decode'),
  })
  const decided = outcome === null ? 0 : gpus(outcome)
  const budget = (input: 'max_gpu_budget' | 'min_gpu_budget', min: number) =>
    budgetDials(setting(config, grounds, input, {min, max: config[input] + COUNT_RANGE}), decided)
  return [
    ...budget('max_gpu_budget', Math.max(fewest, config.min_gpu_budget)),
    ...budget('min_gpu_budget', 0),
  ]
}
