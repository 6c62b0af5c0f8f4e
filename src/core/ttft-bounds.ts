/**
 * Upper bounds, in seconds, of the buckets in which vLLM counts times to the first token; one more, without a bound, follows
 * (policies.md 4.1).
 */
export const TTFT_BOUNDS_S: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
]
