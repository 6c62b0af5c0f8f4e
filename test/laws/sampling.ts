/**
 * The laws try the same cases on every machine, so that a failure is one everybody sees. To look for new ones:
 * `LAWS_SEED=$RANDOM LAWS_SCALE=20 npx vitest run test/laws`.
 */
const seed = Number(process.env.LAWS_SEED ?? 20_250_701)
const scale = Number(process.env.LAWS_SCALE ?? 1)

export function cases(numRuns: number): {readonly numRuns: number; readonly seed: number} {
  return {numRuns: numRuns * scale, seed}
}
