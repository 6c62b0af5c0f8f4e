import type {HpaController, HpaMetric, HpaSpec} from '../../config/scaling/hpa-spec.ts'
import type {HpaSeen, MetricReading} from './hpa-seen.ts'
import {proposeFromPods} from './pods-proposal.ts'
import type {Proposal, ToleranceBand} from './tolerance.ts'
import {proposeFromTotal} from './total-proposal.ts'

/** Sizes are 32-bit integers in the reference. */
const MAX_REPLICAS = 2147483647

export function computeToleranceBand(spec: HpaSpec, controller: HpaController): ToleranceBand {
  const down = spec.behavior?.scaleDown.tolerance ?? controller.tolerance
  const up = spec.behavior?.scaleUp.tolerance ?? controller.tolerance
  return {low: 1.0 - down, high: 1.0 + up}
}

/** Null: the metric fails in this sync. */
export function computeProposal(
  metric: HpaMetric,
  reading: MetricReading,
  seen: HpaSeen,
  band: ToleranceBand,
  controller: HpaController,
): Proposal | null {
  const proposal = proposeBy(metric, reading, seen, band, controller)
  return proposal === null ? null : {...proposal, replicas: Math.min(proposal.replicas, MAX_REPLICAS)}
}

function proposeBy(
  metric: HpaMetric,
  reading: MetricReading,
  seen: HpaSeen,
  band: ToleranceBand,
  controller: HpaController,
): Proposal | null {
  switch (metric.kind) {
    case 'object':
    case 'external':
      return reading.kind === 'series' ? proposeFromTotal(metric.target, reading.milli, seen, band) : null
    case 'pods':
    case 'resource':
      return reading.kind === 'samples'
        ? proposeFromPods(metric, reading.milli, seen, band, controller)
        : null
  }
}
