import {AUTOSCALERS} from '../config/scaling/parse-policy-text.ts'
import type {BenchVariants} from './parse-variants.ts'

/** What can be put on the bench, by the names of the command line and of links. */
export const BENCH_KINDS = ['fixed', 'dynamo', 'other-release', ...AUTOSCALERS, 'own', 'hindsight'] as const

export type BenchKind = (typeof BENCH_KINDS)[number]

export interface BenchChoice {
  readonly kinds: readonly BenchKind[]
  readonly phases: number
  /** Replicas of all pools together; null = the planner's budget, or the reference's. */
  readonly most: number | null
  /** Plans replayed in hindsight at the most. */
  readonly maxRuns: number
  readonly pricePerGpuHour: number | null
  /** Settings of one's own beside those that a bench begins with. */
  readonly variants: BenchVariants
}

export const DEFAULT_CHOICE: BenchChoice = {
  // The other release is another engine as well: who wants it says so.
  kinds: BENCH_KINDS.filter(kind => kind !== 'other-release'),
  phases: 3,
  most: null,
  maxRuns: 160,
  pricePerGpuHour: null,
  variants: {},
}
