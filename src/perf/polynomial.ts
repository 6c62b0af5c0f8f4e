import type {PerfModel} from './perf-model.ts'

/**
 * The reference's built-in timing: a fixed polynomial, whatever GPU is named (engine.md 4.2, 4.3). Decode depends on
 * the share of the KV cache in use and not on the batch.
 */
export const polynomialModel: PerfModel = {
  timing: 'polynomial',
  decodesByCacheAlone: true,
  prefillMs(batchSize, newTokens) {
    const tokens = batchSize * newTokens
    return 4.209989e-7 * (tokens * tokens) + 1.518344e-2 * tokens + 1.650142e1
  },
  decodeMs(_batchSize, activeKvTokens, _context, capacityTokens) {
    // 1.6.1 counts a prefix once for each request that shares it, which can come to more than there is.
    const used = Math.min(activeKvTokens / capacityTokens, 1)
    return -25.74 * (used * used) + 54.01 * used + 5.74
  },
  outsideShare: () => null,
}
