import type {ClusterPolicyDetail} from './cluster-policy-detail.ts'
import type {PlannerDetail} from './dynamo/rules-1.2/planner-detail.ts'
import type {PlannerDetail16} from './dynamo/rules-1.6/planner-detail.ts'
import type {FixedDetail} from './fixed/fixed-detail.ts'

/** What each policy tells of its ticks: page and exports choose their code by `policy`, and then by `release`. */
export type PolicyDetail = PlannerDetail | PlannerDetail16 | FixedDetail | ClusterPolicyDetail
