import {createHash} from 'node:crypto'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {afterAll, beforeAll, beforeEach, describe, expect, inject, test} from 'vitest'
import {alertText, expectVisible, readMetricTable, runToResults, type Site, useSite} from './site.ts'

const {open} = useSite()

const TRACE = Array.from({length: 400}, (_, i) =>
  JSON.stringify({timestamp: i * 100, input_length: 900, output_length: 12, hash_ids: [0, i + 1]}),
).join('\n')
const ENTRY = {
  id: 'far-away',
  title: 'Far away',
  description: 'A trace on another host.',
  sha256: createHash('sha256').update(TRACE).digest('hex'),
  bytes: TRACE.length,
  requests: 400,
  traceBlockSize: 512,
  licence: 'none',
  madeBy: 'this test',
}

type Behaviour = 'good' | 'fails' | 'stalls' | 'truncates' | 'breaks off' | 'lies'

/** The other host, and how it treats its next visitors. */
const remote = {behaviour: 'good' as Behaviour, visits: 0}

const ANSWERS: Readonly<Record<Behaviour, (response: ServerResponse) => void>> = {
  good: response => response.end(TRACE),
  fails: response => response.writeHead(503).end(),
  stalls: response => void response.writeHead(200).write(TRACE.slice(0, 5000)),
  truncates: response => response.end(TRACE.slice(0, 20_000)),
  'breaks off': response => {
    response.writeHead(200, {'content-length': TRACE.length})
    response.write(TRACE.slice(0, 5000), () => response.destroy())
  },
  lies: response => response.end(TRACE.replace('900', '901')),
}

let server: Server
let url = ''

/** The built site with one more trace in its catalogue; that trace is "elsewhere" by its absolute address. */
beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  url = `http://127.0.0.1:${address.port}${new URL(inject('siteUrl')).pathname}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

beforeEach(() => {
  remote.behaviour = 'good'
  remote.visits = 0
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/'
  if (path.endsWith('/elsewhere/far-away.jsonl')) {
    remote.visits++
    ANSWERS[remote.behaviour](response)
    return
  }
  const original = await fetch(new URL(path, inject('siteUrl')))
  const type = original.headers.get('content-type') ?? 'application/octet-stream'
  response.writeHead(original.status, {'content-type': type})
  if (!path.endsWith('/static-traces/catalogue.json')) {
    response.end(new Uint8Array(await original.arrayBuffer()))
    return
  }
  const catalogue = (await original.json()) as {traces: object[]}
  const file = `${url}elsewhere/far-away.jsonl`
  response.end(JSON.stringify({...catalogue, traces: [...catalogue.traces, {...ENTRY, file}]}))
}

const runButton = ({page}: Site) => page.getByRole('button', {name: 'Run', exact: true})
const downloadButton = ({page}: Site) => page.getByRole('button', {name: /^Download .* from /})

async function expectReady(site: Site): Promise<void> {
  await expect.poll(() => runButton(site).isEnabled(), {timeout: 15_000}).toBe(true)
}

async function chooseFarAway({page}: Site): Promise<void> {
  await page.getByRole('combobox', {name: 'Trace', exact: true}).selectOption(ENTRY.id)
}

/** Forgets complaints about what the test itself makes the other host do. */
function expectComplaints(site: Site, pattern: RegExp): void {
  const complaints = site.complaints as string[]
  for (const complaint of complaints.splice(0)) expect(complaint).toMatch(pattern)
}

describe('a trace on another host', () => {
  test('is offered with host and size, and never fetched by a choice or a link alone', async () => {
    const site = await open({url})
    await chooseFarAway(site)
    await expectVisible(downloadButton(site))
    const label = await downloadButton(site).textContent()
    expect(label).toContain(new URL(url).host)
    expect(label).toContain('kB')
    expect(await runButton(site).isDisabled()).toBe(true)
    const linked = await open({url, hash: `v=1&trace=${ENTRY.id}&run=1`})
    await expectVisible(downloadButton(linked))
    await linked.page.waitForTimeout(500)
    expect(remote.visits).toBe(0)
  })

  test('is downloaded once, replayed, and there again after a reload', async () => {
    const site = await open({url})
    await chooseFarAway(site)
    await downloadButton(site).click()
    await expectReady(site)
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('400.00')
    await expect.poll(() => site.page.url(), {timeout: 15_000}).toContain(ENTRY.id)
    await site.page.reload()
    await expectReady(site)
    expect(await downloadButton(site).count()).toBe(0)
    await runToResults(site)
    expect(remote.visits).toBe(1)
  })

  test.each([
    ['fails', /answered 503/],
    ['truncates', /20000 of \d+ bytes/],
    ['breaks off', /could not be downloaded/],
    ['lies', /checksum/],
  ] as const)(
    'is refused from a host that %s, kept out of the store, and can be had later',
    async (behaviour, message) => {
      remote.behaviour = behaviour
      const site = await open({url})
      await chooseFarAway(site)
      await downloadButton(site).click()
      expect(await alertText(site)).toMatch(message)
      expect(await runButton(site).isDisabled()).toBe(true)
      await expect.poll(() => site.page.url(), {timeout: 15_000}).toContain(ENTRY.id)
      await site.page.reload()
      await expectVisible(downloadButton(site))
      expectComplaints(site, /503|\.jsonl|ERR_CONTENT_LENGTH_MISMATCH/)
      remote.behaviour = 'good'
      await downloadButton(site).click()
      await expectReady(site)
      expect(remote.visits).toBe(2)
    },
  )

  test('can be cancelled while the host stalls', async () => {
    remote.behaviour = 'stalls'
    const site = await open({url})
    await chooseFarAway(site)
    await downloadButton(site).click()
    await expectVisible(site.page.getByText(/^5 kB of/))
    await site.page.getByRole('button', {name: 'Cancel download'}).click()
    await expectVisible(downloadButton(site))
    expect(await site.page.getByRole('alert').filter({hasText: /\S/}).count()).toBe(0)
    expectComplaints(site, /^failed: .*far-away/)
    await site.page.getByRole('combobox', {name: 'Trace', exact: true}).selectOption('toolagent-5min')
    await expectReady(site)
  })
})

describe('a trace at an address that a link names', () => {
  const address = 'https://traces.example/shared/chats.jsonl'
  const hash = `v=1&trace=${encodeURIComponent(address)}&run=1`

  /** @returns how often the host was asked */
  async function serve({page}: Site, body: string | null): Promise<() => number> {
    let visits = 0
    await page.context().route(`${address}*`, async route => {
      visits++
      const headers = {'access-control-allow-origin': '*'}
      await (body === null ? route.fulfill({status: 404}) : route.fulfill({body, headers}))
    })
    return () => visits
  }

  test('is fetched when its button is pressed, replayed, and pinned by its checksum from then on', async () => {
    const site = await open()
    const visits = await serve(site, TRACE)
    await site.page.goto(`${inject('siteUrl')}#${hash}`)
    await site.page.reload()
    await expectVisible(site.page.getByText(`The trace is at ${address}.`))
    await site.page.waitForTimeout(300)
    expect(visits()).toBe(0)
    expect(await runButton(site).isDisabled()).toBe(true)
    await site.page.getByRole('button', {name: 'Download chats.jsonl from traces.example'}).click()
    // The link had asked for a run: it is made as soon as the trace is here.
    await expectVisible(site.page.getByRole('heading', {name: 'Results'}))
    await expect.poll(() => site.page.url(), {timeout: 15_000}).toContain(`sha256=${ENTRY.sha256}`)
    expect(decodeURIComponent(site.page.url())).toContain(`trace=${address}`)
    await site.page.reload()
    await expectReady(site)
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('400.00')
    expect(visits()).toBe(1)
  })

  test('is refused if it is not the one the link names, or not there, and a file may be opened instead', async () => {
    const site = await open({hash: `v=1&trace=${encodeURIComponent(address)}&sha256=${ENTRY.sha256}`})
    await serve(site, TRACE.replace('900', '901'))
    const button = site.page.getByRole('button', {name: /^Download chats/})
    await button.click()
    expect(await alertText(site)).toContain('did not send chats.jsonl as the link names it')
    await site.page.context().unroute(`${address}*`)
    await serve(site, null)
    await button.click()
    await expectVisible(site.page.getByText(/answered 404|could not be downloaded/).first())
    expectComplaints(site, /404|chats|CORS|ERR_FAILED/)
    const file = {name: 'chats.jsonl', mimeType: 'text/plain', buffer: Buffer.from(TRACE)}
    await site.page.getByLabel('Trace file', {exact: true}).setInputFiles(file)
    await expectReady(site)
  })

  test('may be typed: one press fetches it, and nothing is lost if it is not there', async () => {
    const site = await open()
    const {page} = site
    await expectReady(site)
    const before = await page.getByRole('combobox', {name: 'Trace', exact: true}).inputValue()
    await page.getByRole('button', {name: 'From an address'}).click()
    const field = page.getByRole('textbox', {name: 'Address of a trace'})
    await field.fill('http://traces.example/shared/chats.jsonl')
    await page.keyboard.press('Enter')
    expect(await alertText(site)).toContain('no https address')
    await serve(site, null)
    await field.fill(address)
    await page.keyboard.press('Enter')
    await expectVisible(page.getByText(/answered 404|could not be downloaded/).first())
    expectComplaints(site, /404|chats|CORS|ERR_FAILED/)
    expect(await page.getByRole('combobox', {name: 'Trace', exact: true}).inputValue()).toBe(before)
    await expectReady(site)
    await page.context().unroute(`${address}*`)
    const visits = await serve(site, TRACE)
    await page.getByRole('button', {name: 'Fetch', exact: true}).click()
    await expectVisible(page.getByText(`From ${address}, kept in this browser.`))
    await expect.poll(() => decodeURIComponent(page.url()), {timeout: 15_000}).toContain(`trace=${address}`)
    expect(page.url()).toContain(`sha256=${ENTRY.sha256}`)
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('400.00')
    expect(visits()).toBe(1)
  })
})

describe('a file of another format', () => {
  const azure = `TIMESTAMP,ContextTokens,GeneratedTokens\n${Array.from(
    {length: 60},
    (_, i) => `2023-11-16 18:17:${String(i).padStart(2, '0')}.5000000,${300 + i},20`,
  ).join('\n')}\n`
  const odd = azure.replace('TIMESTAMP,ContextTokens,GeneratedTokens', 'when,in,out')

  async function pick({page}: Site, name: string, text: string): Promise<void> {
    const file = {name, mimeType: 'text/csv', buffer: Buffer.from(text)}
    await page.getByLabel('Trace file', {exact: true}).setInputFiles(file)
  }

  test('is told from its content, says what it lacks, and is replayed', async () => {
    const site = await open({url})
    await pick(site, 'azure.csv', azure)
    const format = site.page.getByLabel('trace_format')
    await expect
      .poll(() => format.locator('option:checked').textContent(), {timeout: 15_000})
      .toBe('Detected: Azure LLM inference CSV')
    await expectVisible(site.page.getByText('lengths only').first())
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('60.00')
  })

  test('with unknown columns is read once they are named', async () => {
    const site = await open({url})
    await pick(site, 'odd.csv', odd)
    expect(await alertText(site)).toContain('odd.csv: trace line 1: no column is known to hold arrival times')
    await site.page
      .getByText(/^\d+ advanced$/)
      .first()
      .click()
    await site.page.getByRole('textbox', {name: /^trace_columns/}).fill('timestamp=when,input=in,output=out')
    const chosen = site.page.getByRole('combobox', {name: 'Trace', exact: true}).locator('option:checked')
    await expect.poll(() => chosen.textContent(), {timeout: 10_000}).toBe('odd.csv')
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('60.00')
  })

  test('is cut to a window, which the address carries', async () => {
    const site = await open({url})
    await pick(site, 'azure.csv', azure)
    await expectVisible(site.page.getByText('lengths only').first())
    await site.page
      .getByText(/^\d+ advanced$/)
      .first()
      .click()
    await site.page.getByRole('textbox', {name: /^trace_start_s/}).fill('10')
    await site.page.getByRole('textbox', {name: /^trace_end_s/}).fill('30')
    await expect.poll(() => site.page.url(), {timeout: 15_000}).toContain('trace-start-s=10&trace-end-s=30')
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('20.00')
    await site.page.getByRole('textbox', {name: /^trace_end_s/}).fill('5')
    await expect.poll(() => runButton(site).isDisabled(), {timeout: 15_000}).toBe(true)
  })
})
