/** How far a run is, as it says itself. */
export interface RunAdvance {
  readonly simulatedMs: number
  /** Of the traffic: a fleet that cannot keep up goes on after it. */
  readonly expectedEndMs: number
  readonly completedRequests: number
  readonly totalRequests: number
}

/**
 * Share of a run that is done, 0 to 1 and never falling: of its clock, or of its requests where they lag behind. By its
 * clock alone, a run that works off a backlog after the last arrival would stand at 1 long before its end.
 */
export function shareDone({
  simulatedMs,
  expectedEndMs,
  completedRequests,
  totalRequests,
}: RunAdvance): number {
  const ofTime = simulatedMs / Math.max(expectedEndMs, 1)
  const ofRequests = completedRequests / Math.max(totalRequests, 1)
  return Math.min(ofTime, ofRequests, 1)
}
