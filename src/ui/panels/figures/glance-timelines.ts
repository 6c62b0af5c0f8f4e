import type {Timeline} from '../../kit/charts/base/timeline.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {replicaTimelines} from './run-timelines.ts'
import {shareMetTimeline} from './share-met.ts'

/** How many served, and how many were served in time: the run at a glance. */
export function glanceTimelines(run: ChartedRun): Timeline[] {
  const replicas = replicaTimelines(run, []).map(timeline => ({
    ...timeline,
    series: timeline.series.filter(({key}) => key === 'serving' || key === 'starting'),
  }))
  const shareMet = shareMetTimeline(run)
  return shareMet === null ? replicas : [...replicas, shareMet]
}
