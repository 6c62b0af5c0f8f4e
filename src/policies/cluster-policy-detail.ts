import type {HpaDetail} from './hpa/hpa-policy.ts'
import type {KedaDetail} from './keda/keda-policy.ts'
import type {KpaDetail} from './kpa/kpa-policy.ts'
import type {ScheduleDetail} from './schedule/schedule-policy.ts'

/** Of the policies that live beside the fleet, in its cluster. */
export type ClusterPolicyDetail = HpaDetail | KedaDetail | KpaDetail | ScheduleDetail
