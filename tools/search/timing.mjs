/**
 * What a search of the bundled hour takes, in Chromium by the built page and in Node by the command line: wall time, CPU
 * time of all processes, the part of their time in which the workers had a run, and the most memory that all hold at a
 * time. Both are asked the same and must answer the same.
 *
 *     npm run build && npm run build:cli
 *     node tools/search/timing.mjs [chromium|node] [--budget 200] [--preset as-published] \
 *       [--objective ttft=3000,itl=60,share=0.9] [--trace toolagent-hour]
 *
 * Where other programs keep the machine busy the wall time says nothing; CPU seconds over the cores are then the nearest to
 * it, and too many of them. Linux only: processes are read from /proc.
 */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import process from 'node:process'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {chromium} from 'playwright-core'
import {bundleAndImport} from '../bundle.mjs'
import {ensureChromium} from '../chromium.mjs'
import {ProcessMeter} from './process-meter.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = mkdtempSync(join(tmpdir(), 'planner-replay-search-'))
const text = fallback => ({type: 'string', default: fallback})
const {values: asked, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    budget: text('200'),
    preset: text('as-published'),
    objective: text('ttft=3000,itl=60,share=0.9'),
    trace: text('toolagent-hour'),
  },
})
/** An hour and more of waiting means that something is stuck. */
const MOST_MS = 3_600_000

const HOSTS = {chromium: searchInChromium, node: searchInNode}
const hosts = positionals.length === 0 ? Object.keys(HOSTS) : positionals

try {
  const answers = []
  for (const host of hosts) {
    const {answer, ...took} = await HOSTS[host]()
    answers.push(answer)
    tell(host, JSON.parse(answer), took)
  }
  if (new Set(answers).size > 1) throw new Error('Chromium and Node do not answer the same')
  if (answers.length > 1) console.log('Both answer the same, byte by byte.')
} finally {
  rmSync(folder, {recursive: true, force: true})
}

function tell(host, {evaluations, ended}, {wallS, cpuS, peakMb, busy}) {
  const {full, partial, whole_trace_runs: weight} = evaluations
  const cores = availableParallelism()
  console.log(
    [
      `${host}: ${full} runs of the whole trace and ${partial} of parts of it, ${weight.toFixed(1)} of ${asked.budget} in all (${ended})`,
      `  wall ${wallS.toFixed(1)} s, CPU ${cpuS.toFixed(1)} s on ${cores} cores, ${((1000 * cpuS) / weight).toFixed(0)} ms of CPU a run`,
      `  workers busy ${busy} of their time`,
      `  memory at the most ${peakMb.toFixed(0)} MB, all processes together`,
    ].join('\n'),
  )
}

/** From the click to the answer: the page with its trace is there. */
async function searchInChromium() {
  const {StaticServer} = await bundleAndImport('test/browser/static-server.ts')
  const site = await StaticServer.start(join(root, 'dist'))
  const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  const server = await chromium.launchServer({executablePath: ensureChromium(), args})
  const browser = await chromium.connect(server.wsEndpoint())
  const meter = new ProcessMeter(server.process().pid)
  try {
    const page = await (await browser.newContext({serviceWorkers: 'block'})).newPage()
    page.setDefaultTimeout(MOST_MS)
    const {trace, preset, budget} = asked
    const objective = asked.objective.replaceAll('=', ':')
    await page.goto(
      `${site.url}#v=1&preset=${preset}&trace=${trace}&objective=${objective}&view=recommend&budget=${budget}`,
    )
    await page.locator('button:enabled', {hasText: /^Search$/}).waitFor()
    meter.start()
    await page.getByRole('button', {name: 'Search', exact: true}).click()
    await page.getByText('Search finished', {exact: true}).waitFor({state: 'attached'})
    const took = meter.stop()
    const busy = await page.evaluate(() => {
      const runs = performance.getEntriesByName('run', 'measure')
      const firstMs = Math.min(...runs.map(({startTime}) => startTime))
      const lastMs = Math.max(...runs.map(({startTime, duration}) => startTime + duration))
      const busyMs = runs.reduce((sum, {duration}) => sum + duration, 0)
      return `${((100 * busyMs) / (lastMs - firstMs) / navigator.hardwareConcurrency).toFixed(1)} %`
    })
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', {name: 'Answer (JSON)'}).click(),
    ])
    const path = join(folder, 'answer.json')
    await saved.saveAs(path)
    return {...took, busy, answer: readFileSync(path, 'utf8')}
  } finally {
    meter.stop()
    await browser.close()
    await server.close()
    await site.stop()
  }
}

/** The whole command, start and reading of the trace included. */
async function searchInNode() {
  const {findPreset} = await bundleAndImport('src/config/presets.ts')
  const {flagsFromScenario} = await bundleAndImport('src/config/command-line/command-line.ts')
  const trace = join(root, 'static-traces', `${asked.trace}.jsonl.gz`)
  const {ours} = flagsFromScenario(findPreset(asked.preset).scenario, {trace})
  const out = join(folder, 'node')
  const jobs = String(availableParallelism())
  const flags = ['--objective', asked.objective, '--budget', asked.budget, '--jobs', jobs, '--out', out]
  const tool = join(root, 'dist-cli', 'planner-replay.js')
  const child = spawn(process.execPath, [tool, 'recommend', ...ours, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', data => {
    said += data
  })
  let complaints = ''
  child.stderr.on('data', data => {
    complaints += data
  })
  const meter = new ProcessMeter(child.pid)
  meter.start()
  const [code] = await once(child, 'exit')
  const took = meter.stop()
  if (code !== 0) throw new Error(`recommend ended with ${code}: ${complaints.slice(-2000)}`)
  const busy = /busy (.*?) of it/.exec(said)?.[1]
  return {...took, busy, answer: readFileSync(join(out, 'recommend.json'), 'utf8')}
}
