import type {Timeline} from '../../kit/charts/base/timeline.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {formatShare} from './spread-words.ts'

/** Share of the requests that met the objective, by the minute they arrived in; null where nobody said what is asked. */
export function shareMetTimeline(run: ChartedRun): Timeline | null {
  const {burn, objective} = run.outcome.result.report.planner_replay
  if (burn === undefined || objective == null) return null
  const {share_met, interval_s, minutes_out, minutes} = burn
  // The last minute lasts until the run ends.
  const endS = Math.min(share_met.length * interval_s, run.axis.extent[1])
  const points = [...share_met, share_met.at(-1) ?? null]
  return {
    id: 'share-met',
    title: 'Share met',
    note: `Share of the requests of each minute that met the objective; it lay below the share asked for in ${minutes_out} of ${minutes} minutes.`,
    unit: 'share',
    scale: 'linear',
    thresholds: [{label: `${formatShare(objective.share)} asked`, value: objective.share}],
    series: [
      {
        key: 'met',
        label: 'met',
        x: Float64Array.from(points, (_, i) => (i < share_met.length ? i * interval_s : endS)),
        y: Float64Array.from(points, value => value ?? Number.NaN),
        shape: 'step',
        slot: 2,
        fillsArea: true,
      },
    ],
  }
}
