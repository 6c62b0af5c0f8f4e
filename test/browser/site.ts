import {type Browser, type BrowserContextOptions, chromium, type Locator, type Page} from 'playwright-core'
import {afterAll, afterEach, beforeAll, expect, inject} from 'vitest'
import {ensureChromium} from '../../tools/chromium.mjs'

/** Kept off the network: a test machine may refuse these connections, many at a time. */
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The short bundled trace: a run of it takes well under a second. */
export const SHORT_TRACE = 'toolagent-5min'

export interface Site {
  readonly page: Page
  /** Address of the site, ending in a slash. */
  readonly url: string
  /** Complaints of the page so far: console errors, uncaught errors, requests that failed or were refused. */
  readonly complaints: readonly string[]
}

export interface OpenOptions extends BrowserContextOptions {
  /** Without the `#`. */
  readonly hash?: string
  /** Address of the site if not that of the usual server; ends in a slash. */
  readonly url?: string
  /** Lets the page store itself for offline use; else it finds a browser without service workers. */
  readonly storesOffline?: boolean
  /** Repeats results in the background, as the page does; tests of something else have no use for it. */
  readonly repeats?: boolean
  /** Hears of every request of the page, its workers and its service worker. */
  readonly onRequest?: (url: string) => void
  /** Runs before any script of the page. */
  readonly initScript?: () => void
}

/**
 * Gives the tests of a file one browser, and each page they open a fresh profile that is closed after the test.
 * A page that complained fails its test, whatever else it showed.
 */
export function useSite(): {readonly open: (options?: OpenOptions) => Promise<Site>} {
  let browser: Browser | null = null
  let opened: Site[] = []

  beforeAll(async () => {
    const isRoot = process.getuid?.() === 0
    browser = await chromium.launch({
      executablePath: ensureChromium(),
      args: isRoot ? [...ARGS, '--no-sandbox'] : ARGS,
    })
  })

  afterEach(async () => {
    const complaints = opened.flatMap(site => site.complaints)
    await Promise.all(opened.map(site => site.page.context().close()))
    opened = []
    expect(complaints).toEqual([])
  })

  afterAll(() => browser?.close())

  return {
    open: async (options = {}) => {
      if (browser === null) throw new Error('no browser: call open inside a test')
      const site = await openPage(browser, options)
      opened.push(site)
      return site
    },
  }
}

async function openPage(browser: Browser, options: OpenOptions): Promise<Site> {
  const {
    hash,
    initScript,
    onRequest,
    repeats = false,
    storesOffline = false,
    url = inject('siteUrl'),
    ...contextOptions
  } = options
  const context = await browser.newContext(contextOptions)
  if (onRequest !== undefined) context.on('request', request => onRequest(request.url()))
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => complaints.push(`uncaught: ${error.message}`))
  page.on('response', response => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`)
  })
  page.on('requestfailed', request => {
    // What the page or a reload gives up itself (a cancelled download, a file still on its way when
    // the test leaves) is no fault of the site; a host that fails or lies has another error.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()}`)
  })
  // A fresh profile stores a dozen megabytes anew: not in tests of something else.
  if (!storesOffline)
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'))
  if (!repeats) await page.addInitScript(switchRepeatsOff)
  if (initScript !== undefined) await page.addInitScript(initScript)
  await page.goto(hash === undefined ? url : `${url}#${hash}`)
  await expectVisible(page.getByRole('main'))
  return {page, url, complaints}
}

/** Once: a test may switch them on, and load the page again. */
function switchRepeatsOff(): void {
  try {
    if (sessionStorage.getItem('repeats-off') === null) localStorage.setItem('planner-replay-spread', 'off')
    sessionStorage.setItem('repeats-off', 'yes')
  } catch {
    // A page of a test that forbids storage.
  }
}

/** Picks the short trace and waits until the page has read it. */
export async function pickShortTrace({page}: Site): Promise<void> {
  await page.getByRole('combobox', {name: 'Trace', exact: true}).selectOption(SHORT_TRACE)
}

/** Presses Run and waits for the results, of this run if there were others before. */
export async function runToResults({page}: Site, timeoutMs = 30_000): Promise<void> {
  const button = page.getByRole('button', {name: 'Run', exact: true})
  // While it is disabled the page says why beside it: better told than a time-out.
  await expect
    .poll(async () => ((await button.isEnabled()) ? 'ready' : page.locator('.run-bar').textContent()), {
      timeout: 30_000,
    })
    .toBe('ready')
  await button.click()
  await expectVisible(page.getByRole('heading', {name: 'Results'}), timeoutMs)
  await expectVisible(page.getByRole('button', {name: 'Run', exact: true}), timeoutMs)
}

export async function expectVisible(locator: Locator, timeoutMs = 30_000): Promise<void> {
  await locator.first().waitFor({state: 'visible', timeout: timeoutMs})
}

/** Text of the one alert on show. */
export async function alertText({page}: Site): Promise<string> {
  const alert = page.getByRole('alert').filter({hasText: /\S/})
  await expectVisible(alert)
  return ((await alert.first().textContent()) ?? '').trim()
}

/** Cells of a table by row and column heading. */
export type Cells = Readonly<Record<string, Readonly<Record<string, string>>>>

export async function readMetricTable({page}: Site): Promise<Cells> {
  const name = 'NVIDIA AIPerf | LLM Metrics'
  const table = page.getByRole('table', {name})
  // Folded until it is asked for.
  const fold = page.locator('details', {has: page.locator('caption', {hasText: name})}).first()
  await expectVisible(fold)
  if (!(await fold.evaluate(element => (element as HTMLDetailsElement).open)))
    await fold.locator('summary').click()
  await expectVisible(table)
  const rows = await table
    .first()
    .evaluate(element =>
      [...(element as HTMLTableElement).rows].map(row =>
        [...row.cells].map(cell => cell.textContent.replace(/\s+/g, ' ').trim()),
      ),
    )
  return cellsOf(rows)
}

export function cellsOf(rows: readonly (readonly string[])[]): Cells {
  const [head, ...body] = rows
  return Object.fromEntries(
    body.map(([name, ...cells]) => [
      name!,
      Object.fromEntries(cells.map((cell, i) => [head![i + 1]!, cell])),
    ]),
  )
}

/** As a person does it: a file is let go over the page. */
export async function dropFile({page}: Site, name: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const data = await page.evaluateHandle(
    ([fileName, values]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(values)], fileName))
      return transfer
    },
    [name, [...bytes]] as const,
  )
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.locator('body').dispatchEvent(type, {dataTransfer: data})
  }
}
