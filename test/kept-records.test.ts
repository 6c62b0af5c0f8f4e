import {readdirSync, readFileSync} from 'node:fs'
import {IDBFactory} from 'fake-indexeddb'
import {set} from 'idb-keyval'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {createLibraryStore} from '../src/store/library-store.ts'
import {openStore} from '../src/store/open-store.ts'
import {isSavedOutcome, RUNS, restoredOutcome} from '../src/store/saved-run.ts'
import {runExtent} from '../src/ui/model/run/charted-run.ts'
import {runTimelines} from '../src/ui/panels/figures/run-timelines.ts'
import {renderReportPage} from '../src/ui/panels/report-page/render-report-page.ts'
import {openArchive, readArchive} from '../src/worker/column-archive.ts'
import {PROJECT} from './support/shared.ts'

/** Runs as earlier versions of the Library kept them (tools/kept/make.mjs): they open for good. */
const FOLDER = `${PROJECT}/test/kept`
const NAMES = readdirSync(FOLDER)
  .filter(name => name.endsWith('.json'))
  .map(name => name.slice(0, -'.json'.length))

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.unstubAllGlobals()
})

test('there is one of the version that is written now', () => {
  expect(NAMES.some(name => name.startsWith(`run-version-${RUNS.version}-`))).toBe(true)
})

describe.each(NAMES)('%s', name => {
  async function stored() {
    const about = JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'))
    const body = new Uint8Array(readFileSync(`${FOLDER}/${name}.columns`))
    const library = openStore('planner-replay', 'runs')
    await set(RUNS.aboutKey(about.id), about, library)
    await set(RUNS.bodyKey!(about.id), body, library)
    return about
  }

  test('is listed and opened, with every chart and the figures it was kept with', async () => {
    const about = await stored()
    const {run} = createLibraryStore()
    const listed = await run.list()
    if (!listed.ok) throw new Error(listed.error.message)
    expect(listed.value.unreadable).toEqual([])
    const [summary] = listed.value.records
    const body = await run.body(about.id)
    if (summary === undefined || !body.ok) throw new Error('the record is not there')
    const opened = await openArchive(body.value)
    const unpacked = opened.ok ? readArchive(opened.value) : opened
    if (!unpacked.ok || !isSavedOutcome(unpacked.value)) throw new Error('its columns are not those of a run')
    const outcome = restoredOutcome(unpacked.value)
    expect(outcome.result.report).toEqual(about.report)
    const shown = {scenario: summary.scenario, outcome, axis: {extent: runExtent(outcome.result)}}
    const timelines = runTimelines(shown)
    expect(timelines.length).toBeGreaterThanOrEqual(10)
    const page = renderReportPage(shown)
    expect(page).not.toMatch(/NaN|undefined|\[object/)
    for (const {title} of timelines) expect(page).toContain(`">${title}`)
    const drawn = timelines.filter(({series}) => series.some(({y}) => y.some(value => !Number.isNaN(value))))
    expect(drawn.length).toBeGreaterThanOrEqual(8)
  })
})
