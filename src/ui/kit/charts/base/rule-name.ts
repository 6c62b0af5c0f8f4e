import {MARGIN, type SeriesPath} from './geometry.ts'
import type {PlacedLabel} from './place-labels.ts'
import type {TimeSeries} from './timeline.ts'

export interface LineName extends PlacedLabel {
  readonly colour: string
  readonly isRule: boolean
}

/** What stands in a timeline, in pixels. */
export interface DrawnTimeline {
  readonly paths: readonly {readonly series: TimeSeries; readonly path: SeriesPath}[]
  /** Lines that are not to be crossed, and where they are drawn. */
  readonly rules: readonly {readonly label: string; readonly y: number}[]
  readonly width: number
  readonly height: number
}

/** Finds places for names: `timelineNames`, which those charts ask for that are not of the page's first load. */
export type NameTimeline = (drawn: DrawnTimeline) => readonly LineName[]

/** Base of the name on a line that is not to be crossed: above it, or below one that runs along the top. */
export function ruleNamePx(y: number): number {
  return y < MARGIN.top + 14 ? y + 12 : y - 4
}

export function ruleKey(label: string): string {
  return `rule ${label}`
}

/** Only the rules, where nothing else is named. */
export const nameRules: NameTimeline = ({rules, width}) => rules.map(rule => nameAtEnd(rule, width))

/** Over whatever runs there: a limit without its name cannot be read. */
export function nameAtEnd({label, y}: DrawnTimeline['rules'][number], width: number): LineName {
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
