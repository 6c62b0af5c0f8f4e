import type {HpaController, HpaMetric} from '../../config/scaling/hpa-spec.ts'
import type {HpaSeen} from './hpa-seen.ts'
import {groupPods, type PodGroups} from './pod-groups.ts'
import {isWithin, type Proposal, type ToleranceBand} from './tolerance.ts'

type PerPodMetric = Extract<HpaMetric, {kind: 'pods' | 'resource'}>

/** Metrics by pod, Pods and Resource (policies.md 1.5). Without a sample of a ready pod there is no answer. */
export function proposeFromPods(
  metric: PerPodMetric,
  samples: readonly (number | null)[],
  seen: HpaSeen,
  band: ToleranceBand,
  controller: HpaController,
): Proposal | null {
  const groups = groupPods(metric, samples, seen, controller)
  if (groups.ready.length === 0) return null
  const scale = scaleOf(metric, seen)
  const use = groups.ready.reduce((sum, i) => sum + (samples[i] ?? 0), 0)
  const current = scale.mean(use, groups.ready)
  const ratio = current / scale.target
  const {missing, unready} = groups
  const growsPastUnready = unready.length > 0 && ratio > 1
  if (missing.length === 0 && !growsPastUnready) {
    const isWithinTolerance = isWithin(band, ratio)
    const replicas = isWithinTolerance ? seen.specReplicas : Math.ceil(ratio * groups.ready.length)
    return {replicas, current, ratio, isWithinTolerance}
  }
  return proposeWithFilling({scale, groups, use, current, ratio, spec: seen.specReplicas, band})
}

/** How use turns into the number that is held against the target. */
interface Scale {
  readonly target: number
  /** Whole, cut off towards zero. */
  mean(use: number, pods: readonly number[]): number
  /** What a pod without a sample is taken to use when the size would shrink. */
  fillWhenShrinking(pod: number): number
}

function scaleOf(metric: PerPodMetric, seen: HpaSeen): Scale {
  const {target} = metric
  if (target.type === 'averageValue') {
    return {
      target: target.milli,
      mean: (use, pods) => Math.trunc(use / pods.length),
      fillWhenShrinking: () => target.milli,
    }
  }
  const requestOf = (pod: number): number => seen.pods[pod]?.requestMilli ?? 0
  return {
    target: target.percent,
    mean: (use, pods) => Math.trunc((100 * use) / pods.reduce((sum, pod) => sum + requestOf(pod), 0)),
    fillWhenShrinking: pod => Math.trunc((requestOf(pod) * Math.max(100, target.percent)) / 100),
  }
}

/**
 * Pods that report nothing are taken to be on target when shrinking and idle when growing, so that what is unknown
 * never speeds a move up, and never turns it round.
 */
function proposeWithFilling(seen: {
  readonly scale: Scale
  readonly groups: PodGroups
  readonly use: number
  readonly current: number
  readonly ratio: number
  readonly spec: number
  readonly band: ToleranceBand
}): Proposal {
  const {scale, groups, ratio, spec, current, band} = seen
  const filledWithUse = ratio < 1 ? groups.missing : []
  const filledIdle = ratio > 1 ? [...groups.missing, ...groups.unready] : []
  const counted = [...groups.ready, ...filledWithUse, ...filledIdle]
  const use = filledWithUse.reduce((sum, pod) => sum + scale.fillWhenShrinking(pod), seen.use)
  const filled = scale.mean(use, counted) / scale.target
  const isWithinTolerance = isWithin(band, filled)
  const turnsRound = (ratio < 1 && filled > 1) || (ratio > 1 && filled < 1)
  const asked = Math.ceil(filled * counted.length)
  const isWrongWay = (filled < 1 && asked > spec) || (filled > 1 && asked < spec)
  const replicas = isWithinTolerance || turnsRound || isWrongWay ? spec : asked
  return {replicas, current, ratio: filled, isWithinTolerance}
}
