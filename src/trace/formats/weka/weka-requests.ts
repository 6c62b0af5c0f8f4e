/** Recorded times that differ by less are one. */
export const EPSILON_S = 1e-6

/** Blocks that two prompts begin with alike. */
export function lcp(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a[length] === b[length]) length++
  return length
}
