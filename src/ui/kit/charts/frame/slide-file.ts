import type {Provenance} from '../../provenance.ts'
import type {PlotSize} from './plot-size.svelte.ts'
import {type ChartPicture, chartBody, escapeXml, LEGEND_ROW_PX, legendMarkup, lookOf} from './svg-file.ts'

/** Drawn on 16:9, small, and scaled: so the letters of a chart are large enough for the last row. */
const WIDTH = 800
const HEIGHT = 450
const PADDING = 18
const TITLE_PX = 30
const FOOT_LINE_PX = 11
/** Of the foot's 8.5 px letters. */
const FOOT_CHARACTERS = 172
const LINK_LINES = 2

export interface Slide extends ChartPicture {
  /** Redraws the chart at the slide's size; null = it is scaled as it stands. */
  readonly size: PlotSize | null
  /** Of the axis along the bottom, where the page leaves it to the views. */
  readonly xTitle?: string
  readonly provenance: Provenance | null
  /** Day of the picture, in words. */
  readonly date: string
  /** Height in pixels. */
  readonly heightPx: number
}

/** The chart as a slide: 16:9, with title, unit, key, and where it came from. */
export function slideFile(slide: Slide): string {
  const {svg, canvas, title, legend, size, heightPx, xTitle = ''} = slide
  const look = lookOf(svg)
  const width = WIDTH - 2 * PADDING
  const key = legendMarkup(legend, {near: svg.parentElement ?? svg, width, style: look.style})
  const foot = footLines(slide)
  const top = PADDING + TITLE_PX + key.rows * LEGEND_ROW_PX
  const bottom = HEIGHT - PADDING - foot.length * FOOT_LINE_PX - (xTitle === '' ? 4 : 18)
  const room = {width, height: bottom - top}
  const drawn =
    size === null
      ? scaledInto(room, {width: svg.clientWidth, height: svg.clientHeight, markup: chartBody(svg, canvas)})
      : size.at(room, () => chartBody(svg, canvas))
  const line = (x: number, y: number, text: string, style: string) =>
    `<text x="${x}" y="${y}" font-family="${look.font}" ${style}>${escapeXml(text)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${(heightPx * 16) / 9}" height="${heightPx}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(descriptionOf(slide))}</desc>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${look.background}"/>`,
    line(PADDING, PADDING + 14, title, `font-size="17" font-weight="600" fill="${look.style.color}"`),
    `<g transform="translate(${PADDING - 8} ${PADDING + TITLE_PX - 4})">${key.markup}</g>`,
    `<g transform="translate(${PADDING} ${top})">${drawn}</g>`,
    xTitle === ''
      ? ''
      : line(
          WIDTH / 2,
          bottom + 10,
          xTitle,
          `font-size="11" text-anchor="middle" fill="${look.style.color}"`,
        ),
    ...foot.map((text, i) =>
      line(
        PADDING,
        HEIGHT - PADDING - (foot.length - 1 - i) * FOOT_LINE_PX + 4,
        text,
        `font-size="8.5" fill="${look.soft}"`,
      ),
    ),
    '</svg>\n',
  ].join('')
}

function descriptionOf({provenance, date}: Slide): string {
  return provenance === null
    ? date
    : [provenance.scenario, provenance.release, date, provenance.link].join('\n')
}

function footLines({provenance, date}: Slide): readonly string[] {
  if (provenance === null) return [`Planner Replay · ${date}`]
  const {scenario, release, link} = provenance
  return [...wrapped(scenario, 2), `${release} · ${date}`, ...wrapped(link, LINK_LINES)]
}

/** In lines of the foot; what does not fit ends in a sign, and stands whole in the file's description. */
function wrapped(text: string, lines: number): readonly string[] {
  const parts = Array.from({length: Math.ceil(text.length / FOOT_CHARACTERS)}, (_, i) =>
    text.slice(i * FOOT_CHARACTERS, (i + 1) * FOOT_CHARACTERS),
  )
  return parts.length <= lines
    ? parts
    : [...parts.slice(0, lines - 1), `${parts[lines - 1]?.slice(0, -1) ?? ''}…`]
}

interface Drawn {
  readonly width: number
  readonly height: number
  readonly markup: string
}

/** In the middle of the room, as large as it may be. */
function scaledInto(
  room: {readonly width: number; readonly height: number},
  {width, height, markup}: Drawn,
): string {
  const scale = Math.min(room.width / Math.max(width, 1), room.height / Math.max(height, 1))
  const [x, y] = [(room.width - width * scale) / 2, (room.height - height * scale) / 2]
  return `<g transform="translate(${x} ${y}) scale(${scale})">${markup}</g>`
}
