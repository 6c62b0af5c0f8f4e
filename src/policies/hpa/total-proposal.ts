import type {AverageTarget, ValueTarget} from '../../config/scaling/hpa-spec.ts'
import type {HpaSeen} from './hpa-seen.ts'
import {isWithin, type Proposal, type ToleranceBand} from './tolerance.ts'

/** Metrics with one number, Object and External (policies.md 1.4). No series is a failure, not a zero. */
export function proposeFromTotal(
  target: AverageTarget | ValueTarget,
  series: readonly number[],
  seen: HpaSeen,
  band: ToleranceBand,
): Proposal | null {
  if (series.length === 0) return null
  const usage = series.reduce((sum, value) => sum + value, 0)
  return target.type === 'averageValue'
    ? proposeByAverage(usage, target.milli, seen, band)
    : proposeByValue(usage, target.milli, seen, band)
}

/** Starting pods count and ready ones do not matter, so that a cold start does not overshoot. */
function proposeByAverage(usage: number, target: number, seen: HpaSeen, band: ToleranceBand): Proposal {
  const status = seen.statusReplicas
  const ratio = usage / (target * status)
  const isWithinTolerance = isWithin(band, ratio)
  return {
    replicas: isWithinTolerance ? status : Math.ceil(usage / target),
    current: status === 0 ? null : Math.ceil(usage / status),
    ratio,
    isWithinTolerance,
  }
}

/** The ratio is applied to the ready pods, those being deleted among them; without a pod there is no answer. */
function proposeByValue(usage: number, target: number, seen: HpaSeen, band: ToleranceBand): Proposal | null {
  const ratio = usage / target
  const spec = seen.specReplicas
  if (spec === 0) return {replicas: Math.ceil(ratio), current: usage, ratio, isWithinTolerance: false}
  if (isWithin(band, ratio)) return {replicas: spec, current: usage, ratio, isWithinTolerance: true}
  if (seen.pods.length === 0) return null
  const readyPods = seen.pods.filter(pod => pod.phase === 'Running' && pod.isReady).length
  return {replicas: Math.ceil(ratio * readyPods), current: usage, ratio, isWithinTolerance: false}
}
