import type {Dial} from './dial.ts'

/** Engines of one pool, one kind of whose tokens is turned. */
export interface LoadTurn<Engine, Config, Grounds> {
  readonly pool: 'agg' | 'prefill' | 'decode'
  readonly input: 'queued_prefill_tokens' | 'kv_tokens'
  /** One or more of each instance: a rank each. */
  readonly engines: readonly Engine[]
  readonly tokensOf: (engine: Engine) => number
  readonly withTokens: (engine: Engine, tokens: number) => Engine
  /** null = unknown. */
  readonly limits: {readonly passTokens: number | null; readonly poolTokens: number | null}
  /** Latency targets weigh a queue in passes, the other targets weigh it against the pool. */
  readonly isSla: boolean
  readonly applyTo: (engines: readonly Engine[]) => {readonly config: Config; readonly grounds: Grounds}
}

/** How far loads are looked for: queues in passes' worth of tokens, KV in pools' worth. */
const QUEUE_RANGE_PASSES = 100
const KV_RANGE_POOLS = 2
const UNKNOWN_PASS_TOKENS = 8192
const UNKNOWN_POOL_TOKENS = 1_048_576

type OfWorker = {readonly workerId: number}

/** The load of all engines alike, or only of the one with most, or with least. */
export function loadDials<Engine extends OfWorker, Config, Grounds>(
  turn: LoadTurn<Engine, Config, Grounds>,
): Dial<Config, Grounds>[] {
  return choicesOf(turn).flatMap(chosen => engineDials(turn, chosen))
}

function choicesOf<Engine extends OfWorker>({
  engines,
  tokensOf,
}: Pick<LoadTurn<Engine, unknown, unknown>, 'engines' | 'tokensOf'>): (readonly Engine[])[] {
  if (engines.length === 0) return []
  const by = [...engines].sort((a, b) => tokensOf(a) - tokensOf(b) || a.workerId - b.workerId)
  const ranksOf = ({workerId}: OfWorker) => engines.filter(engine => engine.workerId === workerId)
  const most = ranksOf(by.at(-1)!)
  return most.length === engines.length ? [engines] : [engines, most, ranksOf(by[0]!)]
}

function engineDials<Engine extends OfWorker, Config, Grounds>(
  turn: LoadTurn<Engine, Config, Grounds>,
  chosen: readonly Engine[],
): Dial<Config, Grounds>[] {
  const {pool, input, engines, tokensOf, withTokens, limits, isSla, applyTo} = turn
  const isQueue = input === 'queued_prefill_tokens'
  const passTokens = limits.passTokens ?? UNKNOWN_PASS_TOKENS
  const poolTokens = limits.poolTokens ?? UNKNOWN_POOL_TOKENS
  const most = Math.max(...chosen.map(tokensOf))
  const range = isQueue && isSla ? QUEUE_RANGE_PASSES * passTokens : KV_RANGE_POOLS * poolTokens
  const sumWith = (delta: number) => chosen.reduce((sum, engine) => sum + moved(tokensOf(engine), delta), 0)
  const from = sumWith(0)
  // A queue is mostly empty: against nothing every change is infinite, against one pass of each engine it is not.
  const scale = isQueue ? Math.max(from, chosen.length * passTokens) : from || chosen.length * poolTokens
  const ids = new Set(chosen.map(engine => engine.workerId))
  return ([-1, 1] as const).map(direction => ({
    input,
    pool,
    workerId: chosen.length < engines.length ? chosen[0]!.workerId : null,
    direction,
    from,
    anchor: from,
    scale,
    maxSteps: direction < 0 ? most : Math.max(0, range - most),
    valueAt: steps => sumWith(direction * steps),
    deltaAt: steps => direction * steps,
    apply: steps =>
      applyTo(
        engines.map(engine =>
          ids.has(engine.workerId) ? withTokens(engine, moved(tokensOf(engine), direction * steps)) : engine,
        ),
      ),
  }))
}

function moved(tokens: number, delta: number): number {
  return Math.max(0, tokens + delta)
}
