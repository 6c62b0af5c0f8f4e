import type {Scenario} from '../config/scenario.ts'

type Parts16 = typeof import('./parts-1.6.ts')
type ClusterPolicies = typeof import('../policies/create-cluster-policy.ts')

/**
 * Code that most runs do without, loaded before the run that needs it: the page opens faster. null = the run does not
 * need it.
 */
export interface LaterParts {
  readonly parts16: Parts16 | null
  readonly clusterPolicies: ClusterPolicies | null
}

export const NO_LATER_PARTS: LaterParts = {parts16: null, clusterPolicies: null}

export async function loadLaterParts({release, scaling}: Scenario): Promise<LaterParts> {
  const is16 = release === '1.6.1' || (scaling.policy === 'dynamo' && scaling.release === '1.6.1')
  const isCluster = scaling.policy !== 'dynamo' && scaling.policy !== 'fixed'
  return {
    parts16: is16 ? await import('./parts-1.6.ts') : null,
    clusterPolicies: isCluster ? await import('../policies/create-cluster-policy.ts') : null,
  }
}
