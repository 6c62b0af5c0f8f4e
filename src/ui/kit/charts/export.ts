/** Saving charts: the picture is made from the drawn SVG itself, so that it always shows what the page shows. */

/** Presentation that CSS gives on the page and the saved file has to carry along. */
const STYLE_PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'font-family',
  'font-size',
  'font-weight',
  'font-variant-numeric',
  'text-anchor',
] as const

const HEADER_PX = 44

export interface LegendEntry {
  readonly label: string
  readonly colour: string
  readonly dash: string
}

/** The chart as a stand-alone SVG file with title and legend. */
export function svgFile(
  svg: SVGSVGElement,
  title: string,
  legend: readonly LegendEntry[],
  canvas?: HTMLCanvasElement,
): string {
  const width = svg.clientWidth
  const height = svg.clientHeight
  const page = getComputedStyle(svg)
  const body = svg.cloneNode(true) as SVGSVGElement
  inlineStyles(svg, body)
  for (const transient of body.querySelectorAll('[data-transient]')) transient.remove()
  const background = backgroundOf(svg)
  const header = legendMarkup(legend, page.color, page.fontFamily)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + HEADER_PX}" `,
    `viewBox="0 -${HEADER_PX} ${width} ${height + HEADER_PX}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect x="0" y="-${HEADER_PX}" width="${width}" height="${height + HEADER_PX}" fill="${background}"/>`,
    `<text x="8" y="-26" font-family="${escapeXml(page.fontFamily)}" font-size="13" font-weight="600" `,
    `fill="${page.color}">${escapeXml(title)}</text>`,
    header,
    canvas ? `<image width="${width}" height="${height}" href="${canvas.toDataURL()}"/>` : '',
    ...Array.from(body.childNodes, node => new XMLSerializer().serializeToString(node)),
    '</svg>\n',
  ].join('')
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

function legendMarkup(legend: readonly LegendEntry[], text: string, font: string): string {
  let x = 8
  return legend
    .map(({label, colour, dash}) => {
      const line = `<path d="M${x} -10h18" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`
      const name =
        `<text x="${x + 23}" y="-6" font-family="${escapeXml(font)}" font-size="11" ` +
        `fill="${text}">${escapeXml(label)}</text>`
      x += 36 + label.length * 6.2
      return line + name
    })
    .join('')
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, sign => `&#${sign.charCodeAt(0)};`)
}

/** The SVG drawn at twice its size, sharp on any screen. */
export async function pngFile(svgText: string): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth * 2
  canvas.height = image.naturalHeight * 2
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob =>
      blob === null ? reject(new Error('the picture could not be made')) : resolve(blob),
    )
  })
}
