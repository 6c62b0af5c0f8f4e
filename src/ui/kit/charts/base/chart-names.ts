import {MARGIN, type Margin, plotRange} from './geometry.ts'
import {type NamedLine, nameLines} from './line-names.ts'
import type {Box} from './place-labels.ts'
import {type DrawnTimeline, type LineName, nameAtEnd, ruleKey} from './rule-name.ts'

/** What is drawn in a chart, in pixels. */
export interface DrawnChart {
  readonly lines: readonly (NamedLine & {readonly colour: string})[]
  /** Lines that are not to be crossed, and where they are drawn. */
  readonly rules: DrawnTimeline['rules']
  readonly width: number
  readonly height: number
  readonly margin?: Margin
  /** What else is written there. */
  readonly taken?: readonly Box[]
}

/** Every rule by its name, at the right where no other place is free, and the lines' names where there is room for them. */
export function chartNames(chart: DrawnChart): readonly LineName[] {
  const {lines, rules, width, height, margin = MARGIN, taken = []} = chart
  const [left, right] = plotRange(width)
  const targets = rules.map(({label, y}) => ({
    key: ruleKey(label),
    text: label,
    points: [[left, y] as const, [right, y] as const],
  }))
  const room = {left, right: right - 2, top: margin.top, bottom: height - margin.bottom}
  const placed = nameLines([...targets, ...lines], room, taken)
  const colours = new Map(lines.map(({key, colour}) => [key, colour]))
  const found = new Set(placed.map(({key}) => key))
  return [
    ...placed.map(name => {
      const colour = colours.get(name.key)
      return {...name, colour: colour ?? 'var(--sla)', isRule: colour === undefined}
    }),
    ...rules.filter(({label}) => !found.has(ruleKey(label))).map(rule => nameAtEnd(rule, width)),
  ]
}
