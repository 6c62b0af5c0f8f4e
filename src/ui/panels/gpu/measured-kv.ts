import type {AicIdentity} from '../../../config/scenario.ts'
import {formatCompact} from '../../kit/format.ts'

/** KV caches that real engines wrote into their logs (docs/reference/measured.md), tokens by tensor parallelism. */
interface KvLog {
  readonly model: RegExp
  readonly system: string
  readonly engine: string
  readonly tokensByTp: Readonly<Record<number, number>>
  /** Logged ÷ estimated at those sizes, lowest and highest. */
  readonly ratio: readonly [number, number]
}

const LOGS: readonly KvLog[] = [
  {
    model: /gpt-oss/i,
    system: 'h200_sxm',
    engine: 'gpt-oss-120b on H200 with vLLM 0.22',
    tokensByTp: {1: 860_000, 2: 2_560_000, 4: 6_130_000, 8: 13_250_000},
    ratio: [0.45, 0.49],
  },
  {
    model: /deepseek-(r1|v3)/i,
    system: 'h200_sxm',
    engine: 'DeepSeek-R1 on H200 at TP 8 with SGLang',
    tokensByTp: {8: 509_000},
    ratio: [4.4, 4.4],
  },
]

/** What engines' logs say of an estimate for this model; null = none is on record. */
export function measuredKv(args: AicIdentity, estimatedTokens: number): string | null {
  const log = LOGS.find(({model}) => model.test(args.aic_model_path ?? ''))
  if (log === undefined) return null
  const [low, high] = log.ratio
  const times = low === high ? `${low}` : `${low} to ${high}`
  const tokens = log.system === args.aic_system ? log.tokensByTp[args.aic_tp_size ?? 1] : undefined
  const logged = tokens === undefined ? '' : `: ${formatCompact(tokens)} tokens at this TP`
  const estimate = `This is the reference’s own estimate (${formatCompact(estimatedTokens)} tokens)`
  return `${estimate}. Logs of ${log.engine} tell ${times} times what it says${logged}.`
}
