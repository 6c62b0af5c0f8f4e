import type {FleetObservation, ForwardPasses, PoolObservation} from '../../src/engine/observation.ts'

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

/** A fleet in front of which nothing has happened. */
export const FLEET_WITHOUT_REQUESTS: FleetObservation = {
  arrivedRequests: 0,
  completedRequests: 0,
  requestsWithoutToken: 0,
  ttftBuckets: new Float64Array(0),
}
