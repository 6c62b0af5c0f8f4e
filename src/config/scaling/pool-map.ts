/** A setting for each pool; an aggregated fleet's one pool goes by `decode`. Null: that pool is left alone. */
export interface PoolMap<T> {
  readonly prefill: T | null
  readonly decode: T | null
}

const POOL_KEYS = ['prefill', 'decode'] as const

export type PoolKey = (typeof POOL_KEYS)[number]

export function mapPools<T, U>(pools: PoolMap<T>, change: (value: T, pool: PoolKey) => U): PoolMap<U> {
  const {prefill, decode} = pools
  return {
    prefill: prefill === null ? null : change(prefill, 'prefill'),
    decode: decode === null ? null : change(decode, 'decode'),
  }
}
