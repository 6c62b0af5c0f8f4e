/**
 * Names of files that hold tables of few models, none of them a preset: attention with windows (`window`), gated delta
 * nets (`deltanet`), state-space layers (`mamba`). They are loaded for those models alone, and nothing stores them unasked.
 */
export const OWN_TIERS = ['window', 'deltanet', 'mamba'] as const
export type OwnTier = (typeof OWN_TIERS)[number]

/** Whether a file below `perf/` is one of them, whichever edition's. */
export function isOwnTierFile(file: string): boolean {
  return OWN_TIERS.some(tier => file.includes(`.${tier}.`))
}
