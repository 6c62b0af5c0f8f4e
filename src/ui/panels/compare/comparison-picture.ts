import type {ComparedRow} from '../../../report/comparison/compare.ts'
import type {LegendEntry} from '../../kit/charts/base/legend.ts'
import {resolveColour} from '../../kit/charts/frame/resolve-colour.ts'
import {escapeXml, svgFile, swatchMarkup} from '../../kit/charts/frame/svg-file.ts'
import {formatDifference, formatMetric} from '../figures/metric-words.ts'
import type {ComparisonFigures} from './comparison-files.ts'
import {labelOf, markOf} from './marks.ts'

const PADDING = 16
const ROW_PX = 18
const LABEL_PX = 190
/** Below this a cell with its difference no longer fits. */
const MIN_COLUMN_PX = 250

interface Look {
  readonly text: string
  readonly soft: string
  readonly background: string
  readonly font: string
}

/** The comparison as one SVG: the figures that are not AIPerf's as a table, and the charts as they are drawn now. */
export function comparisonPicture(figures: ComparisonFigures, drawn: HTMLElement): string {
  const look = lookOf(drawn)
  const legend = figures.runs.map((_, i): LegendEntry => {
    const {letter, slot, dash} = markOf(i)
    return {key: letter, label: letter, colour: `var(--series-${slot})`, mark: 'line', dash}
  })
  const charts = [
    ...drawn.querySelectorAll<SVGSVGElement>('[aria-label="Timelines of all runs"] figure .plot > svg'),
  ]
  const chartPx = Math.max(0, ...charts.map(chart => chart.clientWidth))
  const width = Math.max(LABEL_PX + figures.runs.length * MIN_COLUMN_PX, chartPx)
  const columns = Math.max(1, Math.floor((width + PADDING) / (chartPx + PADDING)))
  const rows = figures.rows.filter(({metric}) => metric.group !== 'aiperf')
  const tablePx = (rows.length + 2) * ROW_PX + PADDING
  const placed = charts.map((chart, i) => {
    const file = svgFile({svg: chart, title: titleOf(chart), legend})
    const height = Number(/ height="([\d.]+)"/.exec(file)?.[1] ?? 0)
    const x = (i % columns) * (chartPx + PADDING)
    const y = tablePx + Math.floor(i / columns) * (height + PADDING)
    return {markup: file.trim().replace('<svg ', `<svg x="${x}" y="${y}" `), bottom: y + height}
  })
  const frame = {
    x: -PADDING,
    y: -PADDING,
    width: width + 2 * PADDING,
    height: Math.max(tablePx, ...placed.map(({bottom}) => bottom)) + 2 * PADDING,
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${frame.height}" `,
    `viewBox="${frame.x} ${frame.y} ${frame.width} ${frame.height}">`,
    `<title>Comparison of ${escapeXml(figures.runs.map(({name}) => name).join(', '))}</title>`,
    `<rect x="${frame.x}" y="${frame.y}" width="${frame.width}" height="${frame.height}" fill="${look.background}"/>`,
    tableMarkup(
      {...figures, rows},
      {look, width, colours: legend.map(({colour}) => resolveColour(drawn, colour))},
    ),
    ...placed.map(({markup}) => markup),
    '</svg>\n',
  ].join('')
}

/** As the page shows it, with the unit behind it. */
function titleOf(chart: SVGSVGElement): string {
  const head = chart.closest('figure')?.querySelector('.head')
  const unit = head?.querySelector('.unit')?.textContent ?? ''
  const title = head?.querySelector('h3')?.textContent ?? ''
  return unit === '' ? title : `${title} (${unit})`
}

function lookOf(drawn: HTMLElement): Look {
  return {
    text: resolveColour(drawn, 'var(--text)'),
    soft: resolveColour(drawn, 'var(--text-soft)'),
    background: resolveColour(drawn, 'var(--panel)'),
    font: escapeXml(getComputedStyle(drawn).fontFamily),
  }
}

interface TableLook {
  readonly look: Look
  readonly width: number
  /** Of the runs, as the browser resolves them. */
  readonly colours: readonly string[]
}

/** The header carries the key of the charts: letter, line and name of each run. */
function tableMarkup({runs, rows, currency}: ComparisonFigures, {look, width, colours}: TableLook): string {
  const columnPx = (width - LABEL_PX) / runs.length
  const left = (i: number) => LABEL_PX + i * columnPx
  const text = (x: number, row: number, content: string, style: string) =>
    `<text x="${x}" y="${(row + 1) * ROW_PX - 4}" font-family="${look.font}" font-size="12" ${style}>${escapeXml(content)}</text>`
  const header = runs.map(({name}, i) => {
    const mark = swatchMarkup({mark: 'line', dash: markOf(i).dash}, colours[i] ?? '')
    const line = `<g transform="translate(${left(i)} ${ROW_PX - 8})">${mark}</g>`
    return line + text(left(i) + 24, 0, labelOf(i, name), `font-weight="600" fill="${look.text}"`)
  })
  const body = rows.flatMap((row, r) => [
    text(0, r + 1, labelOfMetric(row.metric, currency), `fill="${look.text}"`),
    ...row.cells.map((_, i) => text(left(i), r + 1, cellWords(row, i), `fill="${look.text}"`)),
  ])
  const note = text(0, rows.length + 1, 'Differences are to run A.', `fill="${look.soft}"`)
  return [...header, ...body, note].join('')
}

/** Money with its currency, where one is named. */
function labelOfMetric({label, unit}: ComparedRow['metric'], currency: string): string {
  return unit === 'money' && currency !== '' ? `${label}, ${currency}` : label
}

function cellWords({metric, cells}: ComparedRow, i: number): string {
  const cell = cells[i]
  if (cell === undefined) return ''
  const value = formatMetric(cell.value, metric)
  const difference = formatDifference(cell, metric)
  if (difference === '') return value
  const verdict = cell.verdict === 'better' || cell.verdict === 'worse' ? `, ${cell.verdict}` : ''
  return `${value}  (${difference}${verdict})`
}
