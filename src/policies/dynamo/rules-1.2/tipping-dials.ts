import type {PlannerConfig} from '../../../config/scenario.ts'
import type {ReplicaPair} from '../rules.ts'
import type {Dial as AnyDial} from '../tipping/dial.ts'
import {type LoadTurn, loadDials} from '../tipping/load-dials.ts'
import {bothWays, budgetDials, COUNT_RANGE, demandDials, TARGET_RANGE} from '../tipping/number-dial.ts'
import type {InstanceLoad} from './latency-side.ts'
import type {PoolLoad} from './load-scaling.ts'
import type {LoadGrounds, TickGrounds} from './tick-decision.ts'

type Dial = AnyDial<PlannerConfig, TickGrounds>

/** Everything worth turning at a tick; what has no say in its decisions never flips them and so drops out. */
export function dialsOf(config: PlannerConfig, grounds: TickGrounds, outcome: ReplicaPair | null): Dial[] {
  const total = outcome === null ? 0 : (outcome.prefill ?? 0) + outcome.decode
  return [
    ...targetDials(config, grounds),
    ...(grounds.load === null ? [] : instanceDials(config, grounds, grounds.load)),
    ...throughputDials(config, grounds),
    ...boundDials(config, grounds),
    ...countDials(config, grounds, total),
  ]
}

function targetDials(config: PlannerConfig, grounds: TickGrounds): Dial[] {
  if (config.optimization_target !== 'sla') return []
  const target = (input: 'ttft' | 'itl', perUnit: number) =>
    bothWays({
      input,
      from: config[input],
      perUnit,
      min: 1 / perUnit,
      max: config[input] * TARGET_RANGE,
      apply: value => ({config: {...config, [input]: value}, grounds}),
    })
  const sensitivity = bothWays({
    input: 'load_scaling_down_sensitivity',
    from: config.load_scaling_down_sensitivity,
    perUnit: 1,
    min: 0,
    max: Math.max(100, config.load_scaling_down_sensitivity),
    apply: value => ({config: {...config, load_scaling_down_sensitivity: value}, grounds}),
  })
  return [...target('ttft', 1), ...target('itl', 10), ...sensitivity]
}

function instanceDials(config: PlannerConfig, grounds: TickGrounds, load: LoadGrounds): Dial[] {
  const turn = (
    pool: 'agg' | 'prefill' | 'decode',
    input: 'queued_prefill_tokens' | 'kv_tokens',
    state: PoolLoad<unknown>,
    replace: (instances: readonly InstanceLoad[]) => LoadGrounds,
  ) => {
    const key = input === 'kv_tokens' ? 'scheduledDecodeKvTokens' : 'queuedPrefillTokens'
    const asked: LoadTurn<InstanceLoad, PlannerConfig, TickGrounds> = {
      ...{pool, input, instances: state.instances},
      tokensOf: instance => instance[key],
      withTokens: (instance, tokens) => ({...instance, [key]: tokens}),
      limits: {
        passTokens: state.capabilities?.max_num_batched_tokens ?? null,
        poolTokens: state.capabilities?.max_kv_tokens ?? null,
      },
      isSla: config.optimization_target === 'sla',
      applyTo: instances => ({config, grounds: {...grounds, load: replace(instances)}}),
    }
    return loadDials(asked)
  }
  if (load.topology === 'agg') {
    const {pool} = load
    const replace = (instances: readonly InstanceLoad[]): LoadGrounds => ({
      ...load,
      pool: {...pool, instances},
    })
    return [
      ...turn('agg', 'queued_prefill_tokens', pool, replace),
      ...turn('agg', 'kv_tokens', pool, replace),
    ]
  }
  const {prefill, decode} = load
  return [
    ...turn('prefill', 'queued_prefill_tokens', prefill, instances => ({
      ...load,
      prefill: {...prefill, instances},
    })),
    ...turn('decode', 'kv_tokens', decode, instances => ({...load, decode: {...decode, instances}})),
  ]
}

function throughputDials(config: PlannerConfig, grounds: TickGrounds): Dial[] {
  const {throughput} = grounds
  if (throughput === null) return []
  const {forecast} = throughput
  return demandDials(forecast, numReq => ({
    config,
    grounds: {...grounds, throughput: {...throughput, forecast: {...forecast, numReq}}},
  }))
}

/** The standing bound of throughput scaling; on a tick that sets it anew the demand is what to turn. */
function boundDials(config: PlannerConfig, grounds: TickGrounds): Dial[] {
  const {load, throughput} = grounds
  if (load === null || throughput !== null || !config.enable_throughput_scaling) return []
  const dial = (
    pool: 'agg' | 'prefill' | 'decode',
    {throughputBound: from}: PoolLoad<unknown>,
    replace: (throughputBound: number) => LoadGrounds,
  ) =>
    bothWays<PlannerConfig, TickGrounds>({
      input: 'throughput_bound',
      pool,
      from,
      perUnit: 1,
      min: 1,
      max: from + COUNT_RANGE,
      apply: bound => ({config, grounds: {...grounds, load: replace(bound)}}),
    })
  if (load.topology === 'agg') {
    const {pool} = load
    return dial('agg', pool, throughputBound => ({...load, pool: {...pool, throughputBound}}))
  }
  const {prefill, decode} = load
  return [
    ...dial('prefill', prefill, throughputBound => ({...load, prefill: {...prefill, throughputBound}})),
    ...dial('decode', decode, throughputBound => ({...load, decode: {...decode, throughputBound}})),
  ]
}

function countDials(config: PlannerConfig, grounds: TickGrounds, total: number): Dial[] {
  const count = <Input extends 'max_gpu_budget' | 'min_gpu_budget' | 'min_endpoint'>(input: Input) => ({
    input,
    from: config[input],
    perUnit: 1,
    min: 0,
    max: config[input] + COUNT_RANGE,
    apply: (value: number) => ({config: {...config, [input]: value}, grounds}),
  })
  return [
    ...budgetDials(count('max_gpu_budget'), total),
    ...budgetDials(count('min_gpu_budget'), total),
    ...bothWays(count('min_endpoint')),
  ]
}
