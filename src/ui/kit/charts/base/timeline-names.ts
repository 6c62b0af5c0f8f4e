import {MARGIN, plotRange} from './geometry.ts'
import {nameLines} from './line-names.ts'
import {type DrawnTimeline, type LineName, nameAtEnd, ruleKey} from './rule-name.ts'
import {seriesColour, type TimeSeries} from './timeline.ts'

/**
 * What is written in a timeline: every rule by its name, at the right where no other place is free, and the lines where there
 * are several of them. A baseline is told by its grey.
 */
export function timelineNames({paths, rules, width, height}: DrawnTimeline): readonly LineName[] {
  const own = paths.filter(({series}) => !series.isGhost)
  if (own.length < 2 && rules.length === 0) return []
  const [left, right] = plotRange(width)
  const isNamed = (series: TimeSeries) => own.length > 1 && !series.isGhost
  const targets = rules.map(({label, y}) => ({
    key: ruleKey(label),
    text: label,
    points: [[left, y] as const, [right, y] as const],
  }))
  const lines = paths.map(({series, path}) => ({
    key: series.key,
    text: isNamed(series) ? series.label : '',
    points: path.corners(),
  }))
  const room = {left, right: right - 2, top: MARGIN.top, bottom: height - MARGIN.bottom}
  const placed = nameLines([...targets, ...lines], room)
  const colours = new Map(paths.map(({series}) => [series.key, seriesColour(series)]))
  const found = new Set(placed.map(({key}) => key))
  return [
    ...placed.map(name => {
      const colour = colours.get(name.key)
      return {...name, colour: colour ?? 'var(--sla)', isRule: colour === undefined}
    }),
    ...rules.filter(({label}) => !found.has(ruleKey(label))).map(rule => nameAtEnd(rule, width)),
  ]
}
