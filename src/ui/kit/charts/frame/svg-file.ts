import {unreachable} from '../../../../core/assert.ts'
import type {LegendEntry} from '../base/legend.ts'
import {resolveColour} from './resolve-colour.ts'

/** Presentation that CSS gives on the page and the saved file has to carry along. */
const STYLE_PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'font-variant-numeric',
  'text-anchor',
] as const

const TITLE_PX = 24
export const LEGEND_ROW_PX = 17
const PADDING_PX = 8

export interface ChartPicture {
  readonly svg: SVGSVGElement
  /** Marks too many for SVG, drawn below it at the same size. */
  readonly canvas?: HTMLCanvasElement | undefined
  /** With its unit, if it has one. */
  readonly title: string
  readonly legend: readonly LegendEntry[]
}

/** The chart as a stand-alone SVG file, made from the drawn one itself, so that it always shows what the page shows. */
export function svgFile({svg, canvas, title, legend}: ChartPicture): string {
  const width = svg.clientWidth
  const height = svg.clientHeight
  const page = getComputedStyle(svg)
  const font = escapeXml(page.fontFamily)
  const body = chartBody(svg, canvas)
  const key = legendMarkup(legend, {near: svg.parentElement ?? svg, width, style: page})
  const header = TITLE_PX + key.rows * LEGEND_ROW_PX
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + header}" `,
    `viewBox="0 -${header} ${width} ${height + header}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect x="0" y="-${header}" width="${width}" height="${height + header}" fill="${backgroundOf(svg)}"/>`,
    `<text x="${PADDING_PX}" y="${18 - header}" font-family="${font}" font-size="13" font-weight="600" `,
    `fill="${page.color}">${escapeXml(title)}</text>`,
    `<g transform="translate(0 ${TITLE_PX - header})">${key.markup}</g>`,
    body,
    '</svg>\n',
  ].join('')
}

/** What the chart has drawn, marks on its canvas included, without what only a cursor shows. */
export function chartBody(svg: SVGSVGElement, canvas: HTMLCanvasElement | undefined): string {
  const body = svg.cloneNode(true) as SVGSVGElement
  inlineStyles(svg, body)
  for (const transient of body.querySelectorAll('[data-transient]')) transient.remove()
  const below = canvas
    ? `<image width="${svg.clientWidth}" height="${svg.clientHeight}" href="${canvas.toDataURL()}"/>`
    : ''
  return below + Array.from(body.childNodes, node => new XMLSerializer().serializeToString(node)).join('')
}

/** Letters and colours of the chart, there and now. */
export function lookOf(svg: SVGSVGElement): {
  readonly style: CSSStyleDeclaration
  readonly font: string
  readonly background: string
  readonly soft: string
} {
  const style = getComputedStyle(svg)
  return {
    style,
    font: escapeXml(style.fontFamily),
    background: backgroundOf(svg),
    soft: resolveColour(svg.parentElement ?? svg, 'var(--text-soft)'),
  }
}

function inlineStyles(from: Element, to: Element): void {
  const computed = getComputedStyle(from)
  for (const property of STYLE_PROPERTIES) {
    const value = computed.getPropertyValue(property)
    if (value !== '') to.setAttribute(property, value)
  }
  to.removeAttribute('class')
  to.removeAttribute('style')
  for (let i = 0; i < from.children.length; i++) inlineStyles(from.children[i]!, to.children[i]!)
}

function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor
    if (colour !== 'rgba(0, 0, 0, 0)' && colour !== 'transparent') return colour
  }
  return 'Canvas'
}

interface LegendLook {
  /** Where the colours hold that entries name. */
  readonly near: Element
  readonly width: number
  readonly style: CSSStyleDeclaration
}

const SWATCH_PX = 23
const LEGEND_GAP_PX = 14

/** The entries in as many rows as they need, so that none is cut. */
export function legendMarkup(
  legend: readonly LegendEntry[],
  {near, width, style}: LegendLook,
): {readonly markup: string; readonly rows: number} {
  const measure = document.createElement('canvas').getContext('2d')
  if (measure !== null) measure.font = `11px ${style.fontFamily}`
  let x = PADDING_PX
  let row = 0
  const parts = legend.map(entry => {
    const wide = SWATCH_PX + (measure?.measureText(entry.label).width ?? entry.label.length * 7)
    if (x > PADDING_PX && x + wide > width - PADDING_PX) {
      x = PADDING_PX
      row++
    }
    const y = row * LEGEND_ROW_PX + 8
    const name =
      `<text x="${x + SWATCH_PX}" y="${y + 4}" font-family="${escapeXml(style.fontFamily)}" font-size="11" ` +
      `fill="${style.color}">${escapeXml(entry.label)}</text>`
    const mark = swatchMarkup(entry, resolveColour(near, entry.colour))
    const placed = `<g transform="translate(${x} ${y})">${mark}</g>`
    x += wide + LEGEND_GAP_PX
    return placed + name
  })
  return {markup: parts.join(''), rows: legend.length === 0 ? 0 : row + 1}
}

/** An entry's mark, about a middle line. */
export function swatchMarkup({mark, dash = ''}: Pick<LegendEntry, 'mark' | 'dash'>, colour: string): string {
  const line = `<path d="M0 0h18" stroke="${colour}" stroke-width="2" stroke-dasharray="${mark === 'dots' ? '0.1 4' : dash}"/>`
  const dot = `<circle cx="9" cy="0" r="2.6" fill="${colour}"/>`
  switch (mark) {
    case 'box':
      return `<rect x="4" y="-5" width="10" height="10" fill="${colour}"/>`
    case 'diamond':
      return `<path d="M9 -6 15 0 9 6 3 0Z" fill="${colour}"/>`
    case 'star':
      return `<path d="M9 -7 10.8 -2.1 16 0 10.8 2.1 9 7 7.2 2.1 2 0 7.2 -2.1Z" fill="${colour}"/>`
    case 'dots':
    case 'marked-line':
      return line + dot
    case 'line':
      return line
    default:
      return unreachable(mark)
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, sign => `&#${sign.charCodeAt(0)};`)
}

/** @param scale 2: sharp on any screen */
export async function pngFile(svgText: string, scale = 2): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth * scale
  canvas.height = image.naturalHeight * scale
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob =>
      blob === null ? reject(new Error('the picture could not be made')) : resolve(blob),
    )
  })
}
