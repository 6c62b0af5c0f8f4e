import type {PoolName} from '../../config/scenario.ts'
import type {InstanceRecord} from './record.ts'

/** A life while it is being recorded. */
export type LifeRecord = {-readonly [K in keyof InstanceRecord]: InstanceRecord[K]}

/** The record of an instance that begins now: it starts, or serves at once. */
export function lifeStart(
  {id, component}: {readonly id: number; readonly component: PoolName},
  nowMs: number,
  isStarting: boolean,
): LifeRecord {
  return {
    id,
    component,
    requestedMs: nowMs,
    readyMs: isStarting ? null : nowMs,
    drainMs: null,
    exitMs: null,
    passes: 0,
    busyMs: 0,
  }
}
