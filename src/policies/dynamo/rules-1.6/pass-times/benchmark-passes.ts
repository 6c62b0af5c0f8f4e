import type {BenchmarkPoints} from '../../bootstrap.ts'
import {EMPTY_SHAPE, type ForwardPass} from './forward-pass.ts'

/** Points of a benchmark as passes of an instance (planner-1.6.md 12). */
export function benchmarkPasses({prefill, decode}: BenchmarkPoints): {
  readonly prefill: readonly ForwardPass[]
  readonly decode: readonly ForwardPass[]
} {
  return {
    prefill: prefill.map(({tokens, wallS}) => ({
      ...IDLE_PASS,
      wallTimeS: wallS,
      prefillRequests: 1,
      prefillTokens: tokens,
    })),
    decode: decode.map(({requests, kvTokens, wallS}) => ({
      ...IDLE_PASS,
      wallTimeS: wallS,
      decodeRequests: requests,
      decodeKvTokens: kvTokens,
    })),
  }
}

const IDLE_PASS: ForwardPass = {
  ...EMPTY_SHAPE,
  instanceId: 0,
  dpRank: 0,
  wallTimeS: 0,
  queuedPrefillRequests: 0,
  queuedPrefillTokens: 0,
  queuedDecodeRequests: 0,
  queuedDecodeKvTokens: 0,
}
