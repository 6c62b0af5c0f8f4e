import type {PlannerConfig} from '../../../config/scenario.ts'
import type {ReplicaPair} from '../rules.ts'
import type {Dial as AnyDial, TippingInput} from '../tipping/dial.ts'
import type {EngineLoad} from './latency-side.ts'
import type {PoolLoad} from './load-scaling.ts'
import type {LoadGrounds, TickGrounds} from './tick-decision.ts'

type Dial = AnyDial<PlannerConfig, TickGrounds>

/** Everything worth turning at a tick; what has no say in its decisions never flips them and so drops out. */
export function dialsOf(config: PlannerConfig, grounds: TickGrounds, outcome: ReplicaPair | null): Dial[] {
  const total = outcome === null ? 0 : (outcome.prefill ?? 0) + outcome.decode
  return [
    ...targetDials(config, grounds),
    ...(grounds.load === null ? [] : loadDials(config, grounds, grounds.load)),
    ...demandDials(config, grounds),
    ...boundDials(config, grounds),
    ...budgetDials(config, grounds, total),
  ]
}

interface NumberDial {
  readonly input: TippingInput
  readonly pool?: Dial['pool']
  readonly from: number
  /** Grid units per 1. */
  readonly perUnit: number
  readonly min: number
  readonly max: number
  readonly apply: (value: number) => {readonly config: PlannerConfig; readonly grounds: TickGrounds}
}

/** A plain number turned both ways. Grid values are whole numbers divided, so that 47.3 is the double 47.3. */
function bothWays({input, pool = null, from, perUnit, min, max, apply}: NumberDial): Dial[] {
  return ([-1, 1] as const).map(direction => {
    const start = direction > 0 ? Math.floor(from * perUnit) : Math.ceil(from * perUnit)
    const end = direction > 0 ? Math.floor(max * perUnit) : Math.ceil(min * perUnit)
    const valueAt = (steps: number) => (start + direction * steps) / perUnit
    return {
      input,
      pool,
      workerId: null,
      direction,
      from,
      anchor: from,
      scale: Math.abs(from) > 0 ? Math.abs(from) : 1,
      maxSteps: Math.max(0, (end - start) * direction),
      valueAt,
      deltaAt: steps => valueAt(steps) - from,
      apply: steps => apply(valueAt(steps)),
    }
  })
}

/** A target is looked for within this factor. */
const TARGET_RANGE = 100

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

type LoadKey = 'queuedPrefillTokens' | 'scheduledDecodeKvTokens'

function loadDials(config: PlannerConfig, grounds: TickGrounds, load: LoadGrounds): Dial[] {
  const isSla = config.optimization_target === 'sla'
  const turn = <Pool extends PoolLoad<unknown>>(
    pool: 'agg' | 'prefill' | 'decode',
    state: Pool,
    key: LoadKey,
    replace: (engines: readonly EngineLoad[]) => LoadGrounds,
  ) =>
    choicesOf(state.engines, key).flatMap(chosen =>
      engineDials({pool, key, state, chosen, isSla}, engines => ({
        config,
        grounds: {...grounds, load: replace(engines)},
      })),
    )
  if (load.topology === 'agg') {
    const {pool} = load
    const replace = (engines: readonly EngineLoad[]): LoadGrounds => ({...load, pool: {...pool, engines}})
    return [
      ...turn('agg', pool, 'queuedPrefillTokens', replace),
      ...turn('agg', pool, 'scheduledDecodeKvTokens', replace),
    ]
  }
  const {prefill, decode} = load
  return [
    ...turn('prefill', prefill, 'queuedPrefillTokens', engines => ({
      ...load,
      prefill: {...prefill, engines},
    })),
    ...turn('decode', decode, 'scheduledDecodeKvTokens', engines => ({
      ...load,
      decode: {...decode, engines},
    })),
  ]
}

/** Which engines get the change: all of them alike, or only the one with most, or with least. */
function choicesOf(engines: readonly EngineLoad[], key: LoadKey): (readonly EngineLoad[])[] {
  if (engines.length === 0) return []
  const by = [...engines].sort((a, b) => a[key] - b[key] || a.workerId - b.workerId)
  return engines.length === 1 ? [engines] : [engines, [by.at(-1)!], [by[0]!]]
}

interface EngineTurn {
  readonly pool: 'agg' | 'prefill' | 'decode'
  readonly key: LoadKey
  readonly state: PoolLoad<unknown>
  readonly chosen: readonly EngineLoad[]
  readonly isSla: boolean
}

/** How far loads are looked for: queues in passes' worth of tokens, KV in pools' worth. */
const QUEUE_RANGE_PASSES = 100
const KV_RANGE_POOLS = 2
const UNKNOWN_PASS_TOKENS = 8192
const UNKNOWN_POOL_TOKENS = 1_048_576

function engineDials(
  {pool, key, state, chosen, isSla}: EngineTurn,
  applyTo: (engines: readonly EngineLoad[]) => {config: PlannerConfig; grounds: TickGrounds},
): Dial[] {
  const isQueue = key === 'queuedPrefillTokens'
  const passTokens = state.capabilities?.max_num_batched_tokens ?? UNKNOWN_PASS_TOKENS
  const poolTokens = state.capabilities?.max_kv_tokens ?? UNKNOWN_POOL_TOKENS
  const most = Math.max(...chosen.map(engine => engine[key]))
  // Latency targets weigh a queue in passes, the other targets weigh it against the pool.
  const range = isQueue && isSla ? QUEUE_RANGE_PASSES * passTokens : KV_RANGE_POOLS * poolTokens
  const from = sumOf(chosen, key, 0)
  // A queue is mostly empty: against nothing every change is infinite, against one pass of each engine it is not.
  const scale = isQueue ? Math.max(from, chosen.length * passTokens) : from || chosen.length * poolTokens
  const ids = new Set(chosen.map(engine => engine.workerId))
  return ([-1, 1] as const).map(direction => ({
    input: isQueue ? 'queued_prefill_tokens' : 'kv_tokens',
    pool,
    workerId: chosen.length === 1 && state.engines.length > 1 ? chosen[0]!.workerId : null,
    direction,
    from,
    anchor: from,
    scale,
    maxSteps: direction < 0 ? most : Math.max(0, range - most),
    valueAt: steps => sumOf(chosen, key, direction * steps),
    deltaAt: steps => direction * steps,
    apply: steps =>
      applyTo(
        state.engines.map(engine =>
          ids.has(engine.workerId) ? {...engine, [key]: moved(engine[key], direction * steps)} : engine,
        ),
      ),
  }))
}

function moved(tokens: number, delta: number): number {
  return Math.max(0, tokens + delta)
}

function sumOf(engines: readonly EngineLoad[], key: LoadKey, delta: number): number {
  return engines.reduce((sum, engine) => sum + moved(engine[key], delta), 0)
}

function demandDials(config: PlannerConfig, grounds: TickGrounds): Dial[] {
  const {throughput} = grounds
  if (throughput === null) return []
  const {forecast} = throughput
  const from = forecast.numReq / forecast.windowS
  return bothWays({
    input: 'predicted_demand',
    from,
    perUnit: 1000,
    min: 0,
    max: Math.max(from, 1) * TARGET_RANGE,
    apply: rps => ({
      config,
      grounds: {
        ...grounds,
        throughput: {...throughput, forecast: {...forecast, numReq: rps * forecast.windowS}},
      },
    }),
  })
}

/** Replicas by which counts, bounds and budgets are raised at the most. */
const COUNT_RANGE = 64

/** The standing bound of throughput scaling; on a tick that sets it anew the demand is what to turn. */
function boundDials(config: PlannerConfig, grounds: TickGrounds): Dial[] {
  const {load, throughput} = grounds
  if (load === null || throughput !== null || !config.enable_throughput_scaling) return []
  const dial = (
    pool: 'agg' | 'prefill' | 'decode',
    {throughputBound: from}: PoolLoad<unknown>,
    replace: (throughputBound: number) => LoadGrounds,
  ) =>
    bothWays({
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

function budgetDials(config: PlannerConfig, grounds: TickGrounds, total: number): Dial[] {
  const dial = (input: 'max_gpu_budget' | 'min_gpu_budget' | 'min_endpoint', from: number) =>
    bothWays({
      input,
      from,
      perUnit: 1,
      min: 0,
      max: from + COUNT_RANGE,
      apply: value => ({config: {...config, [input]: value}, grounds}),
    })
  const budget = (input: 'max_gpu_budget' | 'min_gpu_budget') => {
    if (config[input] >= 0) return dial(input, config[input])
    // Without a limit the fleet as decided is where one would begin to bite: below it a cap, above it a floor.
    const bites = input === 'max_gpu_budget' ? -1 : 1
    return dial(input, total)
      .filter(({direction}) => direction === bites)
      .map(unlimited => ({...unlimited, from: null}))
  }
  return [
    ...budget('max_gpu_budget'),
    ...budget('min_gpu_budget'),
    ...dial('min_endpoint', config.min_endpoint),
  ]
}
