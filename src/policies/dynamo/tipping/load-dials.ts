import type {Dial} from './dial.ts'

/** Instances of one pool, one kind of whose tokens is turned. */
export interface LoadTurn<Instance, Config, Grounds> {
  readonly pool: 'agg' | 'prefill' | 'decode'
  readonly input: 'queued_prefill_tokens' | 'kv_tokens'
  /** One or more of each instance: a rank each. */
  readonly instances: readonly Instance[]
  readonly tokensOf: (instance: Instance) => number
  readonly withTokens: (instance: Instance, tokens: number) => Instance
  /** null = unknown. */
  readonly limits: {readonly passTokens: number | null; readonly poolTokens: number | null}
  /** Latency targets weigh a queue in passes, the other targets weigh it against the pool. */
  readonly isSla: boolean
  readonly applyTo: (instances: readonly Instance[]) => {readonly config: Config; readonly grounds: Grounds}
}

/** How far loads are looked for: queues in passes' worth of tokens, KV in pools' worth. */
const QUEUE_RANGE_PASSES = 100
const KV_RANGE_POOLS = 2
const UNKNOWN_PASS_TOKENS = 8192
const UNKNOWN_POOL_TOKENS = 1_048_576

type OfInstance = {readonly instanceId: number}

/** The load of all instances alike, or only of the one with most, or with least. */
export function loadDials<Instance extends OfInstance, Config, Grounds>(
  turn: LoadTurn<Instance, Config, Grounds>,
): Dial<Config, Grounds>[] {
  return choicesOf(turn).flatMap(chosen => instanceDials(turn, chosen))
}

function choicesOf<Instance extends OfInstance>({
  instances,
  tokensOf,
}: Pick<LoadTurn<Instance, unknown, unknown>, 'instances' | 'tokensOf'>): (readonly Instance[])[] {
  if (instances.length === 0) return []
  const by = [...instances].sort((a, b) => tokensOf(a) - tokensOf(b) || a.instanceId - b.instanceId)
  const ranksOf = ({instanceId}: OfInstance) =>
    instances.filter(instance => instance.instanceId === instanceId)
  const most = ranksOf(by.at(-1)!)
  return most.length === instances.length ? [instances] : [instances, most, ranksOf(by[0]!)]
}

function instanceDials<Instance extends OfInstance, Config, Grounds>(
  turn: LoadTurn<Instance, Config, Grounds>,
  chosen: readonly Instance[],
): Dial<Config, Grounds>[] {
  const {pool, input, instances, tokensOf, withTokens, limits, isSla, applyTo} = turn
  const isQueue = input === 'queued_prefill_tokens'
  const passTokens = limits.passTokens ?? UNKNOWN_PASS_TOKENS
  const poolTokens = limits.poolTokens ?? UNKNOWN_POOL_TOKENS
  const most = Math.max(...chosen.map(tokensOf))
  const range = isQueue && isSla ? QUEUE_RANGE_PASSES * passTokens : KV_RANGE_POOLS * poolTokens
  const sumWith = (delta: number) =>
    chosen.reduce((sum, instance) => sum + moved(tokensOf(instance), delta), 0)
  const from = sumWith(0)
  // A queue is mostly empty: against nothing every change is infinite, against one pass of each instance it is not.
  const scale = isQueue ? Math.max(from, chosen.length * passTokens) : from || chosen.length * poolTokens
  const ids = new Set(chosen.map(instance => instance.instanceId))
  return ([-1, 1] as const).map(direction => ({
    input,
    pool,
    instanceId: chosen.length < instances.length ? chosen[0]!.instanceId : null,
    direction,
    from,
    anchor: from,
    scale,
    maxSteps: direction < 0 ? most : Math.max(0, range - most),
    valueAt: steps => sumWith(direction * steps),
    deltaAt: steps => direction * steps,
    apply: steps =>
      applyTo(
        instances.map(instance =>
          ids.has(instance.instanceId)
            ? withTokens(instance, moved(tokensOf(instance), direction * steps))
            : instance,
        ),
      ),
  }))
}

function moved(tokens: number, delta: number): number {
  return Math.max(0, tokens + delta)
}
