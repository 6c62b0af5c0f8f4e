import type {PoolObservation} from '../../engine/observation.ts'
import type {HpaPod} from './hpa-seen.ts'

/** The instances of a pool as Kubernetes' pods, in the order of `instances()` (policies.md 1.11). */
export function toHpaPods(pool: PoolObservation): HpaPod[] {
  return pool.instances().map(({state}) => ({
    // A starting engine loads its weights in a running container: it is not ready, and has no sample yet.
    phase: 'Running',
    isReady: state !== 'starting',
    isDeleting: state === 'draining',
    startMs: null,
    readySinceMs: null,
    requestMilli: 0,
  }))
}

/** Pods that are ready, those being deleted among them, as a Value target counts them. */
export function countReadyPods(pool: PoolObservation): number {
  return pool.activeCount + pool.drainingCount
}

/** `status.replicas`: all that exist and are not being deleted. */
export function statusReplicasOf(pool: PoolObservation): number {
  return pool.activeCount + pool.startingCount
}
