import type {TimeUnit} from '../../config/trace-options.ts'

const UNIT_MS: Readonly<Record<TimeUnit, number>> = {s: 1000, ms: 1, us: 1e-3, ns: 1e-6}

/** Milliseconds that one unit of a recorded time stands for. */
export function timeUnitMs(unit: TimeUnit): number {
  return UNIT_MS[unit]
}
