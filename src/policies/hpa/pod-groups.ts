import type {HpaController, HpaMetric} from '../../config/scaling/hpa-spec.ts'
import type {HpaPod, HpaSeen} from './hpa-seen.ts'

/** Which pods count, and how (policies.md 1.5.1). Members are places in the list of pods. */
export interface PodGroups {
  readonly ready: readonly number[]
  readonly unready: readonly number[]
  readonly missing: readonly number[]
}

/** Age of a resource sample's window. */
const RESOURCE_WINDOW_MS = 60_000

export function groupPods(
  metric: HpaMetric,
  samples: readonly (number | null)[],
  seen: HpaSeen,
  controller: HpaController,
): PodGroups {
  const ready: number[] = []
  const unready: number[] = []
  const missing: number[] = []
  for (const [i, pod] of seen.pods.entries()) {
    if (pod.isDeleting || pod.phase === 'Failed') continue
    if (pod.phase === 'Pending') unready.push(i)
    else if ((samples[i] ?? null) === null) missing.push(i)
    else if (isCpu(metric) && isUnreadyForCpu(pod, seen.nowMs, controller)) unready.push(i)
    else ready.push(i)
  }
  return {ready, unready, missing}
}

function isCpu(metric: HpaMetric): boolean {
  return metric.kind === 'resource' && metric.name === 'cpu'
}

/** A pod that burns CPU because it starts must not look like load (policies.md 1.5.3). Samples are as old as the sync. */
function isUnreadyForCpu(pod: HpaPod, nowMs: number, controller: HpaController): boolean {
  const {startMs, readySinceMs} = pod
  if (startMs === null || readySinceMs === null) return true
  if (startMs + controller.cpuInitializationS * 1000 > nowMs) {
    return !pod.isReady || nowMs < readySinceMs + RESOURCE_WINDOW_MS
  }
  return !pod.isReady && readySinceMs < startMs + controller.initialReadinessDelayS * 1000
}
