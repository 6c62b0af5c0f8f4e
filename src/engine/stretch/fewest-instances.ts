/**
 * Instances at the start from which each is advanced alone, and where a policy looks at their passes, which then have to be put in order
 * for it, too (docs/reference/speed.md 4).
 */
const FEWEST_ALONE = 4
const FEWEST_ALONE_SEEN = 32

/** To put the planned stops of fewer instances back into order costs more than the events they save (docs/reference/speed.md 4). */
const FEWEST_PLANNED = 256
/** The same of decode instances. */
const FEWEST_PLANNED_DECODE = 32

interface Kind {
  readonly isDisagg: boolean
  readonly routesByKv: boolean
  /** A policy looks at the passes; absent = none does. */
  readonly isObserved?: boolean | undefined
}

/** Instances at the start, decode instances where there are two pools, from which it pays that they do not keep to the common clock. */
export function fewestInstances({isDisagg, routesByKv, isObserved}: Kind): number {
  if (isDisagg) return FEWEST_PLANNED_DECODE
  if (routesByKv) return FEWEST_PLANNED
  return isObserved ? FEWEST_ALONE_SEEN : FEWEST_ALONE
}
