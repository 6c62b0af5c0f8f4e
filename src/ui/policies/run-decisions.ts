import type {PolicyDetail} from '../../policies/policy-detail.ts'
import {dynamoTicksOf} from '../../report/dynamo-ticks.ts'
import type {ScalingRecord} from '../../scaling/record.ts'
import type {Decisions} from '../kit/charts/decisions.ts'
import {clusterDecisions} from './cluster/cluster-decisions.ts'
import {isClusterTick} from './cluster/cluster-tick.ts'
import {dynamoDecisions} from './dynamo/dynamo-decisions.ts'

/** The decision tracks of a run under any policy; none of a fleet that nobody scales. */
export function runDecisions(record: ScalingRecord<PolicyDetail> | null): Decisions[] {
  const ticks = record?.ticks ?? []
  return ticks.some(isClusterTick)
    ? clusterDecisions(ticks.filter(isClusterTick))
    : dynamoDecisions(dynamoTicksOf(record))
}
