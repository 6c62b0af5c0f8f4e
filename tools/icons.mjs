/**
 * Draws the icons of the installed page, `public/icons/`, from `public/icon.svg`. Run: node tools/icons.mjs
 */
import {mkdirSync, readFileSync} from 'node:fs'
import {chromium} from 'playwright-core'
import {ensureChromium} from './chromium.mjs'

const FOLDER = 'public/icons'

/**
 * A maskable icon fills its square, for the system cuts its own shape out of it; what counts keeps to the middle.
 * iOS rounds the corners itself and shows what is transparent as black.
 */
const ICONS = [
  {name: 'icon-192', size: 192, isFull: false},
  {name: 'icon-512', size: 512, isFull: false},
  {name: 'maskable-512', size: 512, isFull: true, scale: 0.75},
  {name: 'apple-touch-180', size: 180, isFull: true, scale: 0.9},
]

const svg = readFileSync('public/icon.svg', 'utf8')
const background = /<rect[^>]*fill="(#\w+)"/.exec(svg)[1]

const browser = await chromium.launch({
  executablePath: ensureChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  mkdirSync(FOLDER, {recursive: true})
  const page = await browser.newPage()
  for (const {name, size, isFull, scale = 1} of ICONS) {
    await page.setViewportSize({width: size, height: size})
    await page.setContent(
      `<style>
        body { margin: 0; height: 100vh; display: grid; place-items: center; background: ${isFull ? background : 'none'} }
        svg { width: ${scale * 100}% }
      </style>${svg}`,
    )
    await page.screenshot({path: `${FOLDER}/${name}.png`, omitBackground: !isFull})
    console.log(`${FOLDER}/${name}.png`)
  }
} finally {
  await browser.close()
}
