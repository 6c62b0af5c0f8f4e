import {chartNames} from './chart-names.ts'
import type {DrawnTimeline, LineName} from './rule-name.ts'
import {seriesColour, type TimeSeries} from './timeline.ts'

/** What is written in a timeline: its rules, and the lines where there are several of them. A baseline is told by its grey. */
export function timelineNames({paths, rules, width, height}: DrawnTimeline): readonly LineName[] {
  const own = paths.filter(({series}) => !series.isGhost)
  if (own.length < 2 && rules.length === 0) return []
  const isNamed = (series: TimeSeries) => own.length > 1 && !series.isGhost
  const lines = paths.map(({series, path}) => ({
    key: series.key,
    text: isNamed(series) ? series.label : '',
    points: path.corners(),
    colour: seriesColour(series),
  }))
  return chartNames({lines, rules, width, height})
}
