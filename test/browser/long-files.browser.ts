import {closeSync, mkdtempSync, openSync, rmSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {decodeScenario} from '../../src/config/link/url-codec.ts'
import {runCommandLine} from './command-line.ts'
import {alertText, expectVisible, readMetricTable, runToResults, useSite} from './site.ts'

const {open} = useSite()

const ROWS = 1_200_000
const HASH = 'v=1&trace=toolagent-5min&workers=8'

let folder = ''
let lengths = ''
let chats = ''
let sessions = ''

/** More rows than a run keeps: of lengths, with hash ids, and in sessions of four turns, each of which sends what was said before. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-long-'))
  lengths = writeRows('week.csv', i =>
    i === 0
      ? 'time_ms,input_tokens,output_tokens'
      : `${i * 5},${40 + ((i * 977) % 50)},${1 + ((i * 31) % 3)}`,
  )
  chats = writeRows(
    'chats.jsonl',
    i => `{"timestamp":${i * 5},"input_length":520,"output_length":2,"hash_ids":[${i % 50},${i}]}`,
  )
  sessions = writeRows('sessions.jsonl', i => {
    const turn = i % 4
    const ids = Array.from({length: turn + 1}, (_, block) => i - turn + block)
    const time = turn === 0 ? `"timestamp":${i * 5}` : '"delay":900'
    return `{"session_id":"chat ${i - turn}",${time},"input_length":${ids.length * 512},"output_length":2,"hash_ids":[${ids}]}`
  })
})

afterAll(() => rmSync(folder, {recursive: true, force: true}))

function writeRows(name: string, rowOf: (i: number) => string): string {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  for (let from = 0; from < ROWS; from += 10_000)
    writeSync(file, Array.from({length: 10_000}, (_, i) => `${rowOf(from + i)}\n`).join(''))
  closeSync(file)
  return path
}

describe('a file of more than a million requests', () => {
  test.each([
    ['of lengths', () => lengths],
    ['with hash ids', () => chats],
    ['in sessions', () => sessions],
  ])(
    '%s is replayed with the figures that the command line prints',
    async (_, fileOf) => {
      const site = await open({hash: HASH})
      const {page} = site
      await page.getByLabel('Trace file', {exact: true}).setInputFiles(fileOf())
      await expectVisible(page.locator('dl.facts').getByText(/^1,(200,000|199,999)$/), 60_000)
      await runToResults(site, 240_000)
      // Folded, as all that is told of a run.
      await page
        .getByText(/requests are more than are kept one by one/)
        .first()
        .waitFor({state: 'attached'})
      const {scenario, ignored} = decodeScenario(new URL(page.url()).hash)
      expect(ignored).toEqual([])
      const printed = runCommandLine(scenario, fileOf())
      expect(await readMetricTable(site)).toEqual(printed.table)
    },
    600_000,
  )

  test('is let go in the middle of a reading and of a run, and read again', async () => {
    const site = await open({hash: HASH})
    const {page} = site
    const input = page.getByLabel('Trace file', {exact: true})
    await input.setInputFiles(chats)
    await expectVisible(page.getByText(/Reading chats\.jsonl: \d+ %/))
    await page.getByRole('button', {name: 'Stop reading'}).click()
    // What was there before is still there.
    await expectVisible(page.locator('dl.facts').getByText('640'))
    await expect.poll(() => page.getByText(/Reading /).count()).toBe(0)
    await input.setInputFiles(lengths)
    await expectVisible(page.locator('dl.facts').getByText('1,199,999'), 60_000)
    await page.getByRole('button', {name: 'Run', exact: true}).click()
    await page.getByRole('button', {name: 'Cancel', exact: true}).click()
    await expectVisible(page.getByRole('button', {name: 'Run', exact: true}))
    await runToResults(site, 240_000)
  }, 400_000)

  /** The hour is chosen and on its way, for three seconds. */
  async function openWhileTheHourComes(): Promise<Page> {
    const {page} = await open({hash: HASH})
    await expectVisible(page.locator('dl.facts').getByText('640'))
    await page.context().route('**/toolagent-hour*', async route => {
      await new Promise(resolve => setTimeout(resolve, 3000))
      await route.continue()
    })
    await page.getByRole('combobox', {name: 'Trace', exact: true}).selectOption('toolagent-hour')
    await expectVisible(page.getByRole('button', {name: 'Stop reading'}))
    return page
  }

  test('that cannot be read says so beside the trace that was asked for before it', async () => {
    const page = await openWhileTheHourComes()
    const file = {name: 'odd.csv', mimeType: 'text/csv', buffer: Buffer.from('when,in,out\n1,2,3\n')}
    await page.getByLabel('Trace file', {exact: true}).setInputFiles(file)
    await expectVisible(page.locator('dl.facts').getByText('23,608'))
    await expectVisible(page.getByRole('alert').filter({hasText: 'odd.csv: trace line 1'}))
    await expect.poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
  }, 60_000)

  test('that is let go gives way to the trace that was asked for before it', async () => {
    const page = await openWhileTheHourComes()
    const stop = page.getByRole('button', {name: 'Stop reading'})
    await page.getByLabel('Trace file', {exact: true}).setInputFiles(chats)
    await expectVisible(page.getByText(/Reading chats\.jsonl: \d+ %/))
    await stop.click()
    await expectVisible(page.locator('dl.facts').getByText('23,608'))
  }, 60_000)

  test('that changes before it is read again ends the run in words', async () => {
    const site = await open({hash: HASH})
    const {page} = site
    const own = writeRows(
      'own.jsonl',
      i => `{"timestamp":${i * 5},"input_length":520,"output_length":2,"hash_ids":[${i % 50},${i}]}`,
    )
    await page.getByLabel('Trace file', {exact: true}).setInputFiles(own)
    await expectVisible(page.locator('dl.facts').getByText('1,200,000'), 60_000)
    rmSync(own)
    await page.getByRole('button', {name: 'Run', exact: true}).click()
    await expectVisible(page.getByRole('alert').filter({hasText: 'own.jsonl'}), 60_000)
    expect(await alertText(site)).toContain(
      'own.jsonl cannot be read any more: it was changed, moved or removed since it was picked. Pick it again',
    )
  }, 120_000)
})
