import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {expectVisible, runToResults, useSite} from './site.ts'

const {open} = useSite()

const root = fileURLToPath(new URL('../..', import.meta.url))
const HASH = 'v=1&preset=none&trace=toolagent-5min&timing=polynomial&workers=4'

/** AIPerf's records of an engine whose passes take 1.25 times as long, behind a host that takes 24 ms. */
function measuredRecords(): string {
  const folder = mkdtempSync(join(tmpdir(), 'planner-replay-measured-'))
  try {
    const requests = join(folder, 'requests.jsonl')
    const trace = join(root, 'static-traces/toolagent-5min.jsonl.gz')
    const engine = ['--num-workers', '4', '--extra-engine-args', '{"speedup_ratio":0.8}']
    const tool = join(root, 'dist-cli/planner-replay.js')
    const output = ['--json', '--per-request-jsonl', requests]
    const ran = spawnSync(process.execPath, [tool, trace, ...engine, ...output], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (ran.status !== 0) throw new Error(ran.stderr)
    return readFileSync(requests, 'utf8').trim().split('\n').map(recordOf).join('\n')
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

function recordOf(line: string): string {
  const request = JSON.parse(line)
  const ms = (value: number) => ({value, unit: 'ms'})
  return JSON.stringify({
    metadata: {request_start_ns: request.arrival_ms * 1e6, benchmark_phase: 'profiling'},
    metrics: {
      time_to_first_token: ms(request.ttft_ms + 24),
      request_latency: ms(request.e2e_latency_ms + 24),
      ...(request.tpot_ms === null ? {} : {inter_token_latency: ms(request.tpot_ms)}),
      input_sequence_length: {value: request.input_length, unit: 'tokens'},
      output_sequence_length: {value: request.emitted_tokens, unit: 'tokens'},
    },
    error: null,
  })
}

test('a measured run is laid over the simulated one, names its error, and calibrates it', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  const plainItl = await page.locator('.figures > li', {hasText: 'ITL, mean'}).locator('.value').innerText()
  const panel = page.getByRole('region', {name: 'Measured beside simulated'})
  const input = panel.getByLabel('Measured run')
  await input.setInputFiles({
    name: 'other.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"a":1}'),
  })
  await expectVisible(panel.getByRole('alert').getByText('no measured run that is known'))

  const records = Buffer.from(measuredRecords())
  await input.setInputFiles({name: 'profile_export.jsonl', mimeType: 'application/jsonl', buffer: records})
  await expectVisible(panel.getByText('640 measured and 640 simulated requests, paired in order of arrival'))
  await expectVisible(panel.getByText(/^ITL: a factor of 1\.2/))
  for (const title of ['TTFT', 'ITL', 'End to end'].map(name => `${name}, measured and simulated`)) {
    const figure = panel.getByRole('figure', {name: title, exact: true})
    await expectVisible(figure)
    const lines = figure.locator('svg path.line')
    expect(await lines.count()).toBe(2)
    expect(await lines.first().getAttribute('d')).not.toBe(await lines.last().getAttribute('d'))
  }
  await expectVisible(panel.getByRole('figure', {name: 'TTFT by arrival, median', exact: true}))

  const cloud = panel.getByRole('figure', {name: 'End to end of every request', exact: true})
  await expectVisible(cloud.locator('canvas'))
  await expectVisible(cloud.getByText('measured 640'))

  await panel.getByRole('button', {name: 'Calibrate'}).click()
  await expectVisible(panel.getByText('Calibration accepted.'), 30_000)
  await panel.getByRole('button', {name: 'Replay calibrated'}).click()
  await expectVisible(panel.getByText('This run is calibrated by profile_export.jsonl.'), 30_000)
  await expectVisible(panel.getByText(/^ITL: nine tenths agree/))
  await expectVisible(page.locator('summary').getByText(/^\s*calibrated: error \d/))
  expect(page.url()).toContain('calibration=overhead')
  // The headline names what is calibrated, beside what the engine alone takes, within its cards.
  await expectVisible(page.getByText('ITL, mean, calibrated'))
  await expectVisible(page.getByText(/engine speed/))
  expect(await page.getByText('engine alone').count()).toBe(2)
  // A second run, made beside, says what it would be without.
  const beside = page.getByRole('region', {name: 'With and without the calibration'})
  const itl = beside.getByRole('row', {name: /^ITL/}).getByRole('cell')
  await expectVisible(itl.nth(1), 30_000)
  expect(await itl.nth(1).innerText()).toBe(plainItl)
  expect(await itl.nth(0).innerText()).not.toBe(plainItl)
  await expectVisible(page.getByText(/· calibrated by profile_export\.jsonl/))
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
})
