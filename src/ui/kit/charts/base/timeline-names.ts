import {MARGIN, plotRange, type SeriesPath} from './geometry.ts'
import {nameLines} from './line-names.ts'
import type {PlacedLabel} from './place-labels.ts'
import {ruleNamePx} from './rule-name.ts'
import {seriesColour, type TimeSeries} from './timeline.ts'

export interface LineName extends PlacedLabel {
  readonly colour: string
  readonly isRule: boolean
}

interface Drawn {
  readonly paths: readonly {readonly series: TimeSeries; readonly path: SeriesPath}[]
  /** Lines that are not to be crossed, and where they are drawn. */
  readonly rules: readonly {readonly label: string; readonly y: number}[]
  readonly width: number
  readonly height: number
}

/**
 * What is written in a timeline: every rule by its name, at the right where no other place is free, and the lines where there
 * are several of them. A baseline is told by its grey.
 */
export function timelineNames({paths, rules, width, height}: Drawn): readonly LineName[] {
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

function ruleKey(label: string): string {
  return `rule ${label}`
}

/** Over whatever runs there: a limit without its name cannot be read. */
function nameAtEnd({label, y}: Drawn['rules'][number], width: number): LineName {
  const x = width - MARGIN.right - 2
  return {
    key: ruleKey(label),
    text: label,
    x,
    y: ruleNamePx(y),
    anchor: 'end',
    isRule: true,
    colour: 'var(--sla)',
  }
}
