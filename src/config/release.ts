/** The releases of ai-dynamo whose planner, engine and estimator are replayed. */
export const RELEASES = ['1.2.1', '1.6.1'] as const
export type Release = (typeof RELEASES)[number]

/** What scenarios, links and flags of before mean that name none. */
export const FIRST_RELEASE: Release = '1.2.1'
