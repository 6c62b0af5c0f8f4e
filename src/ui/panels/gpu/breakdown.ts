import type {PassBreakdown, PassPoint} from '../../../worker/gpu-protocol.ts'

/** The point as typed; texts, so that half a number is no accident. */
export interface PointDraft {
  readonly kind: PassPoint['kind']
  readonly batch: string
  /** New tokens of a prefill, context of a decode step. */
  readonly length: string
  readonly prefix: string
}

const MAX_LENGTH = 4_194_304
const MAX_BATCH = 8192

/** The point a draft stands for, or what is wrong with it. */
export function readPoint({kind, batch, length, prefix}: PointDraft): PassPoint | string {
  const batchSize = wholeNumber(batch, 1, MAX_BATCH)
  if (batchSize === null) return `The batch must be a whole number from 1 to ${MAX_BATCH}.`
  const tokens = wholeNumber(length, 1, MAX_LENGTH)
  const name = kind === 'prefill' ? 'new tokens' : 'context'
  if (tokens === null) return `The ${name} must be a whole number from 1 to ${MAX_LENGTH}.`
  if (kind === 'decode') return {kind, batch: batchSize, context: tokens}
  const cached = wholeNumber(prefix, 0, MAX_LENGTH)
  if (cached === null) return `The cached prefix must be a whole number from 0 to ${MAX_LENGTH}.`
  return {kind, batch: batchSize, tokens, prefix: cached}
}

function wholeNumber(text: string, min: number, max: number): number | null {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : null
}

export interface OperatorRow {
  readonly name: string
  /** ms by column; null = that engine has no such operator. */
  readonly ms: readonly (number | null)[]
}

/**
 * Operators in the order of the sums, one row for each name; one that occurs twice is added up, one that takes no time
 * anywhere (a collective of a single GPU) is left out.
 */
export function operatorRows(breakdowns: readonly (PassBreakdown | null)[]): readonly OperatorRow[] {
  const names = new Set(breakdowns.flatMap(breakdown => breakdown?.operators.map(({name}) => name) ?? []))
  const rows = Array.from(names, name => ({
    name,
    ms: breakdowns.map(breakdown => {
      const same = breakdown?.operators.filter(operator => operator.name === name) ?? []
      return same.length === 0 ? null : same.reduce((sum, {ms}) => sum + ms, 0)
    }),
  }))
  return rows.filter(({ms}) => ms.some(value => value !== null && value > 0))
}

/** `context_gdn_ffn_norm` → `delta net feed-forward norm`: the phase stands above the table. */
export function operatorLabel(name: string): string {
  const words = name.replace(/^(context|generation)_/, '').split('_')
  return words.map(word => WORDS.get(word) ?? word).join(' ')
}

/** What the tables abbreviate. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['act', 'activation'],
  ['ar', 'all-reduce'],
  ['attn', 'attention'],
  ['conv1d', 'convolution'],
  ['ffn', 'feed-forward'],
  ['gdn', 'delta net'],
  ['moe', 'MoE'],
  ['proj', 'projection'],
  ['relu2', 'squared ReLU'],
  ['ssm', 'state-space scan'],
  ['swa', 'window'],
])
