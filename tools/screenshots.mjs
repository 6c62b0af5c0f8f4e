// Pictures of every state of the built page at many widths, light and dark, printed, and at 200 % zoom, to be looked at:
//   npm run build && node tools/screenshots.mjs OUT [--only NAME,…] [--widths 390,1440] [--themes light,dark]
// Says of each what is wider than its window or blank, and ends with 1 if anything is.
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'
import {parseArgs} from 'node:util'
import {chromium} from 'playwright-core'
import {createServer, preview} from 'vite'
import {ensureChromium} from './chromium.mjs'

const WIDTHS = [320, 360, 390, 768, 1024, 1440, 2560, 3840]
const HEIGHTS = {320: 640, 360: 740, 390: 844, 768: 1024, 1024: 768, 2560: 1440, 3840: 2160}
/** A page may be long; what a reader meets first is what is looked at most. */
const MOST_PX = 9000

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {only: {type: 'string'}, widths: {type: 'string'}, themes: {type: 'string'}},
})
const [out] = positionals
if (out === undefined)
  throw new Error(
    'usage: node tools/screenshots.mjs OUT [--only NAME,…] [--widths PX,…] [--themes light,dark]',
  )
const widths = values.widths?.split(',').map(Number) ?? WIDTHS
const themes = values.themes?.split(',') ?? ['light', 'dark']
const only = values.only?.split(',')

const modules = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: {middlewareMode: true, watch: null, ws: false},
})
const {PAGE_STATES, reachState} = await modules.ssrLoadModule('/test/browser/page-states.ts')
const server = await preview({preview: {port: 0}, logLevel: 'error'})
const [site] = server.resolvedUrls.local
const browser = await chromium.launch({
  executablePath: ensureChromium(),
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
mkdirSync(out, {recursive: true})
const faults = []
for (const state of PAGE_STATES.filter(
  ({name}) => only === undefined || only.some(part => name.startsWith(part)),
)) {
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, serviceWorkers: 'block'})
  const page = await context.newPage()
  page.on('pageerror', error => faults.push(`${state.name}: ${error.message}`))
  try {
    await reachState(page, site, state)
    faults.push(...(await picturesOf(page, state.name)))
  } catch (error) {
    faults.push(`${state.name}: ${error.message}`)
    await page.screenshot({path: join(out, `${state.name}-failed.png`)})
  }
  await context.close()
}
await browser.close()
await server.close()
await modules.close()
writeFileSync(join(out, 'faults.txt'), `${faults.join('\n')}\n`)
process.stdout.write(`${faults.join('\n')}\n${faults.length} faults\n`)
process.exit(faults.length === 0 ? 0 : 1)

async function picturesOf(page, name) {
  const found = []
  for (const theme of themes) {
    await page.emulateMedia({colorScheme: theme})
    for (const width of widths) {
      await page.setViewportSize({width, height: HEIGHTS[width] ?? 900})
      await seeAllOf(page)
      await page.setViewportSize({width, height: await heightOf(page)})
      await seeAllOf(page)
      await page.screenshot({path: join(out, `${name}-${width}-${theme}.png`)})
      found.push(...(await faultsOf(page)).map(fault => `${name} ${width} ${theme}: ${fault}`))
    }
  }
  // Half the room in either direction is what 200 % zoom leaves of a laptop.
  await page.setViewportSize({width: 720, height: 450})
  await seeAllOf(page)
  await page.screenshot({path: join(out, `${name}-zoom.png`)})
  found.push(...(await faultsOf(page)).map(fault => `${name} zoomed: ${fault}`))
  await page.setViewportSize({width: 1024, height: 768})
  await page.emulateMedia({colorScheme: 'light', media: 'print'})
  await page.pdf({path: join(out, `${name}.pdf`), format: 'A4', printBackground: true})
  await page.emulateMedia({media: 'screen'})
  return found
}

/** Charts draw when they come into sight. */
async function seeAllOf(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    await frame()
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo(0, y)
      for (let i = 0; i < 4; i++) await frame()
    }
    scrollTo(0, 0)
    await frame()
  })
}

/** All of a page is in sight of a window as high as it is. */
function heightOf(page) {
  return page.evaluate(most => Math.min(document.documentElement.scrollHeight, most), MOST_PX)
}

/** What can be told without looking. */
function faultsOf(page) {
  return page.evaluate(() => {
    const told = []
    const over = document.documentElement.scrollWidth - innerWidth
    const isWide = element => {
      const scrolls = element.parentElement?.closest('.scroll, [role="region"], dialog, nav')
      return (
        element.getBoundingClientRect().right > innerWidth + 1 &&
        !(scrolls && getComputedStyle(scrolls).overflowX !== 'visible')
      )
    }
    if (over > 0) {
      const widest = [...document.body.querySelectorAll('*')].filter(isWide).at(-1)
      told.push(
        `${over} px wider than the window: ${widest?.className} ${widest?.tagName} in ${widest?.closest('section, details, figure, form, article')?.textContent.trim().slice(0, 40)}`,
      )
    }
    const nameOf = element =>
      `${element.tagName.toLowerCase()} "${element.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)}"`
    for (const element of document.querySelectorAll('main:not([hidden]) *, header *')) {
      const style = getComputedStyle(element)
      const hasText = [...element.childNodes].some(({nodeType, data}) => nodeType === 3 && data.trim() !== '')
      if (
        !hasText ||
        element.getClientRects().length === 0 ||
        element.closest('svg, .visually-hidden, select, textarea')
      )
        continue
      const isCut =
        element.scrollWidth > element.clientWidth + 1 &&
        element.clientWidth > 0 &&
        style.overflowX === 'hidden'
      if (isCut && style.textOverflow !== 'ellipsis') told.push(`cut: ${nameOf(element)}`)
      if (isCut && style.textOverflow === 'ellipsis' && element.title === '')
        told.push(`shortened: ${nameOf(element)}`)
      if (Number.parseFloat(style.fontSize) < 10) told.push(`${style.fontSize} letters: ${nameOf(element)}`)
    }
    for (const picture of document.querySelectorAll('main:not([hidden]) svg.picture')) {
      const hasMarks =
        picture.querySelector('path, circle, rect') !== null ||
        picture.closest('.plot')?.querySelector('canvas')
      if (picture.getClientRects().length > 0 && !hasMarks)
        told.push(`blank: ${picture.getAttribute('aria-labelledby')}`)
    }
    for (const figure of document.querySelectorAll('main:not([hidden]) figure.chart'))
      if (figure.getClientRects().length > 0 && figure.querySelector('svg.picture, canvas, table') === null)
        told.push(`not drawn: ${figure.textContent.trim().slice(0, 40)}`)
    return [...new Set(told)]
  })
}
