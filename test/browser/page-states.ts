import type {Locator, Page} from 'playwright-core'

/** What the page can look like: each state is reached from a fresh profile, for whatever looks at all of them. */
export interface PageState {
  readonly name: string
  /** Of the link it is opened by, without the `#`. */
  readonly hash: string
  /** What is done there; none = the link shows it. */
  readonly reach?: (page: Page) => Promise<void>
}

const SHORT = 'v=1&preset=guide-agg&trace=toolagent-5min'
/** The short trace four times as fast: the fleet grows and shrinks within two minutes. */
const PRESSURE = 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&engine.startup_time=20'
const SWEEP = `${PRESSURE}&view=sweep&repeats=1`
const SPACE = encodeURIComponent(
  JSON.stringify({'planner.min_endpoint': [1, 2, 3], 'planner.ttft': [500, 1500]}),
)
const SEARCH =
  `v=1&preset=as-published&trace=toolagent-5min&objective=ttft:1500,itl:50,share:0.9` +
  `&view=recommend&budget=20&space=${SPACE}`
const BENCH =
  'v=1&trace=toolagent-5min&timing=polynomial&workers=2&objective=ttft:1000,itl:50,share:0.95' +
  '&view=bench&bench=fixed,hpa,hindsight&bench-phases=2&bench-most=4&bench-attempts=4'
const LONG_MS = 120_000

export const PAGE_STATES: readonly PageState[] = [
  {name: 'run-empty', hash: ''},
  {name: 'run-wrong-field', hash: SHORT, reach: page => fill(page, /^ttft/, '-5')},
  {name: 'run-link-not-understood', hash: 'v=1&preset=guide-agg&workers=many&nothing=1&run=1'},
  {name: 'run-file-missing', hash: `v=1&file=somebody%27s-requests.jsonl&sha256=${'ab'.repeat(32)}`},
  {name: 'run-folds-of-form', hash: SHORT, reach: openForm},
  {name: 'run-columns-asked', hash: SHORT, reach: askForColumns},
  {name: 'run-bad-lines', hash: SHORT, reach: page => give(page, 'broken.jsonl', BROKEN)},
  {name: 'run-finished', hash: SHORT, reach: run},
  {
    name: 'run-open',
    hash: PRESSURE,
    reach: async page => {
      await run(page)
      await openFolds(page)
    },
  },
  {name: 'run-inspector', hash: PRESSURE, reach: inspect},
  {
    name: 'run-story',
    hash: PRESSURE,
    reach: async page => {
      await inspect(page)
      const panel = page.getByRole('region', {name: 'Decision inspector'})
      await press(panel, 'Show slowest requests of this window')
      await press(panel, /^Request \d/)
    },
  },
  {name: 'run-pinned', hash: PRESSURE, reach: pin},
  {
    name: 'run-stale',
    hash: SHORT,
    reach: async page => {
      await run(page)
      await page.getByRole('combobox', {name: 'Preset'}).selectOption('guide-disagg')
      await see(page.getByText('of another scenario'))
    },
  },
  {
    name: 'run-chart-menu',
    hash: SHORT,
    reach: async page => {
      await run(page)
      const figure = page.getByRole('figure', {name: 'Request rate', exact: true})
      await figure.locator('summary').click()
      await see(figure.getByRole('button', {name: 'Save PNG'}))
    },
  },
  {name: 'compare-empty', hash: `${SHORT}&view=compare`},
  {
    name: 'compare-finished',
    hash: SHORT,
    reach: async page => {
      await press(page, 'Guide: agg vs disagg')
      await see(page.getByRole('region', {name: 'Metrics compared'}))
      await openFolds(page)
    },
  },
  {name: 'sweep-empty', hash: `${SHORT}&view=sweep`, reach: page => openFolds(page)},
  {name: 'sweep-wrong', hash: `${SWEEP}&sweep=startup_time:0:60:0`},
  {name: 'sweep-finished', hash: `${SWEEP}&sweep=startup_time:0:60:20`, reach: sweep},
  {
    name: 'sweep-heat',
    hash: `${SWEEP}&sweep=planner.min_endpoint:1,2,3&sweep=startup_time:0,60`,
    reach: sweep,
  },
  {name: 'recommend-empty', hash: `${SHORT}&view=recommend`},
  {
    name: 'recommend-finished',
    hash: SEARCH,
    reach: async page => {
      await press(page, 'Search')
      await page.getByText('Search finished', {exact: true}).waitFor({state: 'attached', timeout: LONG_MS})
      await openFolds(page)
    },
  },
  {name: 'bench-empty', hash: `${SHORT}&view=bench`},
  {
    name: 'bench-finished',
    hash: BENCH,
    reach: async page => {
      await press(page, 'Run bench')
      await see(page.getByText(/replayed in hindsight/), LONG_MS)
    },
  },
  {
    name: 'gpu',
    hash: `${SHORT}&view=gpu`,
    reach: async page => {
      await see(page.getByRole('figure', {name: 'Prefill pass'}))
      await openFolds(page)
    },
  },
  ...['how-it-works', 'tour', 'releases', 'guide-agg', 'cold-start', 'policy-bench'].map(topic => ({
    name: `guide-${topic}`,
    hash: `${SHORT}&view=guide&topic=${topic}`,
    reach: (page: Page) => openFolds(page),
  })),
  {name: 'library-empty', hash: `${SHORT}&view=library`},
  {
    name: 'library-filled',
    hash: SHORT,
    reach: async page => {
      await run(page)
      await page.getByRole('link', {name: 'Library'}).click()
      await press(page, /^Delete /)
    },
  },
]

const BROKEN = [
  '{"timestamp": 0, "input_length": 9, "output_length": 2, "hash_ids": [1]}',
  '{"timestamp": oops}',
].join('\n')
const ODD = 'when,in,out\n0,700,9\n500,701,9\n'

/** Opens a state in a page that has nothing stored yet, and waits until it is there. */
export async function reachState(page: Page, site: string, {hash, reach}: PageState): Promise<void> {
  await page.goto(hash === '' ? site : `${site}#${hash}`)
  await see(page.locator('main:not([hidden]) h2'))
  await reach?.(page)
}

async function see(locator: Locator, timeout = 30_000): Promise<void> {
  await locator.first().waitFor({state: 'visible', timeout})
}

/** Presses what may have to wait until the page is ready for it. */
async function press(within: Page | Locator, name: string | RegExp): Promise<void> {
  const button = within.getByRole('button', typeof name === 'string' ? {name, exact: true} : {name})
  await button.first().click({timeout: 30_000})
}

async function run(page: Page): Promise<void> {
  await press(page, 'Run')
  await see(page.getByRole('heading', {name: 'Results'}))
  await see(page.getByRole('button', {name: 'Run', exact: true}))
}

async function sweep(page: Page): Promise<void> {
  await press(page, 'Run sweep')
  await page.getByText(/Sweep finished/).waitFor({state: 'attached', timeout: LONG_MS})
  await openFolds(page)
}

async function inspect(page: Page): Promise<void> {
  await run(page)
  await page.getByRole('slider', {name: /Load scaling decisions$/}).focus()
  for (const key of ['Home', 'Enter', 'n']) await page.keyboard.press(key)
  await see(page.getByRole('region', {name: 'Decision inspector'}))
}

async function pin(page: Page): Promise<void> {
  await run(page)
  await press(page, 'Pin as baseline')
  await fill(page, /^startup_time/, '0')
  await run(page)
  await see(page.getByText(/grey in the charts/))
}

async function fill(page: Page, name: RegExp, text: string): Promise<void> {
  const field = page.getByRole('textbox', {name}).first()
  if (!(await field.isVisible())) await openForm(page)
  await field.fill(text)
}

async function openForm(page: Page): Promise<void> {
  await openFolds(page, '#scenario-form')
}

/** All folds but menus, the outer ones first. */
async function openFolds(page: Page, within = 'main:not([hidden])'): Promise<void> {
  const folds = page.locator(`${within} details:not(.menu)`)
  await folds.evaluateAll(all => {
    for (const fold of all) (fold as HTMLDetailsElement).open = true
  })
}

async function give(page: Page, name: string, text: string): Promise<void> {
  const file = {name, mimeType: 'text/plain', buffer: Buffer.from(text)}
  await page.getByLabel('Trace file').setInputFiles(file)
  await see(page.getByRole('alert').filter({hasText: /\S/}))
}

async function askForColumns(page: Page): Promise<void> {
  await give(page, 'odd.csv', ODD)
  await press(page, 'Say what its columns mean…')
  await see(page.getByRole('dialog'))
}
