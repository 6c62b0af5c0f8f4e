import type {FieldShape} from './field.ts'

/** Seeds are 32 bits wide. */
export const MAX_SEED = 2 ** 32 - 1

export function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= MAX_SEED
}

/** A day: longer than any interval of the planner that makes sense, short enough to notice a wrong unit. */
export const MAX_PHASE_S = 86_400

export function isPhase(value: number): boolean {
  return value >= 0 && value <= MAX_PHASE_S
}

/** What tells the repeats of one run apart: neither is chosen by anybody who runs a cluster. */
export const PLANNER_PHASE_FIELD = {
  type: 'number',
  nullable: false,
  min: 0,
  max: MAX_PHASE_S,
  default: 0,
} as const satisfies FieldShape

export const TRACE_SEED_FIELD = {
  type: 'integer',
  nullable: false,
  min: 0,
  max: MAX_SEED,
  default: 1,
} as const satisfies FieldShape
