import {readFileSync} from 'node:fs'
import {unzipSync} from 'fflate'
import type {Page} from 'playwright-core'
import {expect} from 'vitest'
import {findPreset} from '../../src/config/presets.ts'
import {expectVisible, runToResults, SHORT_TRACE, type Site, useSite} from './site.ts'

/** What tests of the Library do over and over. */

export const SHORT = `v=1&preset=guide-agg&trace=${SHORT_TRACE}`
export const AGG = findPreset('guide-agg')!.title

export async function goTo(
  page: Page,
  view: 'Run' | 'Compare' | 'Sweep' | 'Recommend' | 'Library',
): Promise<void> {
  await page.getByRole('navigation', {name: 'Views'}).getByRole('link', {name: view}).click()
  if (view === 'Library') await expectVisible(page.getByRole('heading', {name: 'Library', exact: true}))
}

/** `useSite`, and a site with one finished run, stored, and the Library on screen. */
export function useLibrary() {
  const {open} = useSite()
  const withRun = async (options: Parameters<typeof open>[0] = {}): Promise<Site> =>
    keepRun(await open({hash: SHORT, ...options}))
  return {open, withRun}
}

/** Runs the scenario and shows the Library once the run is stored. */
export async function keepRun(site: Site): Promise<Site> {
  await runToResults(site)
  await goTo(site.page, 'Library')
  await expect.poll(() => site.page.getByText('in this tab only').count()).toBe(0)
  return site
}

/** Read all at once: a record that goes away in between would be waited for. */
export function names(page: Page): Promise<string[]> {
  const boxes = page.getByRole('textbox', {name: /^Name of the/})
  return boxes.evaluateAll(inputs => inputs.map(input => (input as HTMLInputElement).value))
}

export async function rename(page: Page, from: string, to: string): Promise<void> {
  const card = page.getByRole('listitem', {name: from, exact: true})
  await card.getByRole('textbox', {name: /^Name of the/}).fill(to)
  await page.keyboard.press('Enter')
  await expectVisible(page.getByRole('listitem', {name: to, exact: true}))
}

export async function writeNotes(page: Page, name: string, text: string): Promise<void> {
  await page.getByRole('button', {name: `Write notes on ${name}`, exact: true}).click()
  await page.keyboard.type(text)
  await expect.poll(() => page.evaluate(storedNotes)).toContain(text)
}

/** Runs in the page: the notes of all runs, as they are stored. */
function storedNotes(): Promise<readonly string[]> {
  return new Promise(resolve => {
    indexedDB.open('planner-replay').onsuccess = event => {
      const db = (event.target as IDBOpenDBRequest).result
      db.transaction('runs').objectStore('runs').getAll().onsuccess = read => {
        const all = (read.target as IDBRequest<{notes?: string}[]>).result
        db.close()
        resolve(all.map(({notes}) => notes ?? ''))
      }
    }
  })
}

export async function exportFile(page: Page, button = 'Export all'): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', {name: button}).click()
  return readFileSync(await (await download).path())
}

export async function importFile(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByLabel('Import a library file').setInputFiles({name, mimeType: 'application/zip', buffer})
}

interface Manifest {
  readonly records: readonly {
    readonly kind: string
    readonly name: string
    readonly body: {readonly sha256: string}
  }[]
}

export function manifestOf(file: Buffer): Manifest {
  return JSON.parse(Buffer.from(unzipSync(file)['manifest.json']!).toString()) as Manifest
}

/** Runs in the page: everything this site has stored, gone, as when a user clears its data. */
export async function wipe(): Promise<void> {
  for (const {name} of await indexedDB.databases()) {
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name!)
      request.onsuccess = resolve
      request.onblocked = () => reject(new Error(`${name} is held`))
    })
  }
}
