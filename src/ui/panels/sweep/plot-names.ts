import {chartNames} from '../../kit/charts/base/chart-names.ts'
import {TITLED_MARGIN} from '../../kit/charts/base/geometry.ts'
import {CHARACTER_PX} from '../../kit/charts/base/label-size.ts'
import {type Box, LINE_PX} from '../../kit/charts/base/place-labels.ts'
import type {LineName} from '../../kit/charts/base/rule-name.ts'
import type {PlotPath} from './plot-geometry.ts'

/** Where a cliff is in a chart, and what is written at it. */
export interface CliffName {
  readonly px: number
  readonly text: string
}

export interface PlacedCliffName extends CliffName {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'end'
}

/** Between the name of the cliff and its line. */
const GAP_PX = 4

/** Names of a sweep's chart: of the cliff at the top, of its targets, and of its lines where there are several. */
export function plotNames(
  paths: readonly PlotPath[],
  {width, height, cliff}: {readonly width: number; readonly height: number; readonly cliff: CliffName | null},
): {readonly names: readonly LineName[]; readonly cliff: PlacedCliffName | null} {
  const rules = paths.flatMap(({series, points}) => {
    const last = points.at(-1)
    return series.kind === 'target' && last !== undefined ? [{label: series.label, y: last[1]}] : []
  })
  const drawn = paths.filter(({series}) => series.kind !== 'target')
  const lines = drawn.map(({series, stroke, points}) => ({
    key: series.key,
    text: drawn.length > 1 && stroke !== '' ? series.label : '',
    points,
    colour: `var(--series-${series.slot})`,
  }))
  const placed = cliff === null ? null : placeCliff(cliff, rules, width)
  const taken = placed === null ? [] : [boxOf(placed)]
  return {cliff: placed, names: chartNames({lines, rules, width, height, margin: TITLED_MARGIN, taken})}
}

/** At the top, below a target that runs there; to the left of a cliff at the right edge. */
function placeCliff(
  cliff: CliffName,
  rules: readonly {readonly y: number}[],
  width: number,
): PlacedCliffName {
  const {top, right} = TITLED_MARGIN
  const wide = cliff.text.length * CHARACTER_PX
  const anchor = cliff.px + GAP_PX + wide < width - right ? 'start' : 'end'
  const x = anchor === 'start' ? cliff.px + GAP_PX : cliff.px - GAP_PX
  const high = top + LINE_PX - 2
  const over = rules.find(({y}) => y > high - LINE_PX - GAP_PX && y < high + GAP_PX)
  return {...cliff, x, y: over === undefined ? high : over.y + LINE_PX, anchor}
}

function boxOf({x, y, text, anchor}: PlacedCliffName): Box {
  const wide = text.length * CHARACTER_PX
  const left = anchor === 'start' ? x : x - wide
  return {left, right: left + wide, top: y - LINE_PX + 2, bottom: y + 2}
}
