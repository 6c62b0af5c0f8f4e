import type {ForwardPasses, PoolObservation} from '../../src/engine/observation.ts'

/** What is seen of a pool on which no request is, for tests of policies that look at passes and counts alone. */
export function poolWithoutRequests(seen: {
  readonly activeCount: number
  readonly startingCount: number
  readonly passes: ForwardPasses
}): PoolObservation {
  return {
    ...seen,
    totalCount: seen.activeCount + seen.startingCount,
    drainingCount: 0,
    waitingRequests: 0,
    runningRequests: 0,
    residentRequests: 0,
    kvShare: 0,
    routerQueue: 0,
    instances: () => [],
  }
}
