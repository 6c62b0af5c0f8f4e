// Replays the comparable measurements of test/measured/measured.csv under both releases and writes what came out:
// test/measured/simulated.csv, the bands that the page shows (src/report/honesty/measured-bands.json) and the table of
// docs/reference/measured.md. Takes some twenty minutes on two cores:
// npm run build:cli && node tools/measured/compare.mjs [--bands-only]
import {execFile} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import process from 'node:process'
import {bundleAndImport} from '../bundle.mjs'

const SIMULATED = 'test/measured/simulated.csv'
const JOBS = 2

const text = path => readFileSync(path, 'utf8')
const measured = await bundleAndImport('test/support/measured.ts')
if (!process.argv.includes('--bands-only')) await simulateAll()
await writeBands()

async function simulateAll() {
  const jobs = measured
    .parseMeasured(text('test/measured/measured.csv'))
    .filter(measured.isComparable)
    .flatMap(point => ['1.2.1', '1.6.1'].map(release => ({point, release})))
  const rows = Array(jobs.length)
  let next = 0
  const work = async () => {
    while (next < jobs.length) {
      const at = next++
      const {point, release} = jobs[at]
      rows[at] = measured.toRow(await measured.simulatePoint(point, release, commandLine))
      if (at % 50 === 0) process.stderr.write(`${at + 1} of ${jobs.length}\n`)
    }
  }
  await Promise.all(Array.from({length: JOBS}, work))
  writeFileSync(SIMULATED, ['id,release,ttft_ms,tpot_ms,e2e_ms,preemptions,refused', ...rows, ''].join('\n'))
}

/** The tool as `npm run build:cli` made it. */
function commandLine(argv) {
  return new Promise(resolve => {
    const options = {maxBuffer: 2 ** 28}
    execFile(process.execPath, ['dist-cli/planner-replay.js', ...argv], options, (failed, out, error) =>
      resolve({code: failed ? 1 : 0, out, error}),
    )
  })
}

async function writeBands() {
  const {computeBands, tableOf} = await bundleAndImport('test/support/measured-bands.ts')
  const bands = computeBands(
    measured.parseMeasured(text('test/measured/measured.csv')),
    measured.parseSimulated(text(SIMULATED)),
  )
  writeFileSync('src/report/honesty/measured-bands.json', `${JSON.stringify(bands, null, 2)}\n`)
  const path = 'docs/reference/measured.md'
  writeFileSync(
    path,
    text(path).replace(/(<!-- table -->\n)[\s\S]*?(<!-- \/table -->)/, `$1${tableOf(bands)}$2`),
  )
}
