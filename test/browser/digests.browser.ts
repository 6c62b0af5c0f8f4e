import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {flagsFromScenario} from '../../src/config/command-line/command-line.ts'
import {decodeScenario} from '../../src/config/link/url-codec.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {profileTable} from './profile-table.ts'
import {dropFile, runToResults, SHORT_TRACE, useSite} from './site.ts'

const {open} = useSite()
const root = fileURLToPath(new URL('../..', import.meta.url))

interface NamedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

interface Case {
  /** A link, without the trace. */
  readonly link: string
  /** In place of the short trace. */
  readonly trace?: NamedFile
  readonly profile?: NamedFile
}

const BUSY = 'speedup=4'
/** Two dozen forecasts within the short trace. */
const FORECAST =
  'preset=as-published&planner.throughput_adjustment_interval=12&planner.load_adjustment_interval=6'

/** Between them: both topologies, engines, routers and timings, the planner and none, every kind of traffic. */
const CASES: Readonly<Record<string, Case>> = {
  'GPU tables, aggregated, planner': {link: `preset=guide-agg&${BUSY}`},
  'GPU tables, disaggregated, planner': {link: `preset=disagg-typed&${BUSY}`},
  'GPU tables, far outside the grid': {
    link: `preset=guide-agg&${BUSY}&engine.max_num_batched_tokens=131072&engine.max_num_seqs=2048`,
  },
  'polynomial, aggregated, planner, start-up time': {
    link: `preset=as-published&${BUSY}&engine.startup_time=40`,
  },
  'polynomial, disaggregated, planner': {link: `preset=as-published-disagg&${BUSY}`},
  'polynomial, fixed thresholds': {link: `preset=easy-latency&timing=polynomial&${BUSY}`},
  'SGLang, plain': {
    link: 'workers=3&engine.engine_type=sglang&engine.block_size=16&engine.num_gpu_blocks=65536',
  },
  'KV router with a temperature and a seed': {
    link: 'preset=as-published&router=kv_router&router.router_temperature=0.7&seed=11&workers=3&planner=off',
  },
  'generated sessions': {
    link:
      'preset=as-published&synthetic.input_tokens=3000&synthetic.output_tokens=150&synthetic.request_count=200' +
      '&synthetic.arrival_interval_ms=180&synthetic.turns_per_session=3&synthetic.shared_prefix_ratio=0.5' +
      '&synthetic.num_prefix_groups=2&synthetic.inter_turn_delay_ms=700',
  },
  'closed loop': {link: 'workers=2&concurrency=16'},
  'predictors in logarithms: kalman': {
    link: `${FORECAST}&planner.load_predictor=kalman&planner.load_predictor_log1p=true`,
  },
  'predictors in logarithms: prophet': {
    link: `${FORECAST}&planner.load_predictor=prophet&planner.load_predictor_log1p=true`,
  },
  'predictors in logarithms: arima': {
    link: `${FORECAST}&planner.load_predictor=arima&planner.load_predictor_log1p=true`,
  },
  '1.6.1: GPU tables, aggregated, planner': {link: `preset=guide-agg&dynamo=1.6.1&${BUSY}`},
  '1.6.1: GPU tables, disaggregated, planner, start-up time, seeded order of samples': {
    link: `preset=disagg-typed&dynamo=1.6.1&${BUSY}&decode.startup_time=20&sample-order-seed=3`,
  },
  '1.6.1: SGLang, plain': {
    link: 'workers=3&dynamo=1.6.1&engine.engine_type=sglang&engine.block_size=16&engine.num_gpu_blocks=65536',
  },
  'an Azure table': {link: 'preset=as-published', trace: {name: 'azure.csv', bytes: azureTable()}},
  'a recorded profile': {
    link: `preset=as-published&timing=profile&engine.planner_profile_data=mine.npz&${BUSY}`,
    profile: {name: 'mine.npz', bytes: profileTable()},
  },
}

describe('a scenario has the same results to the last bit in Chromium and in Node', () => {
  test.each(Object.entries(CASES))('%s', async (_, case_) => {
    const decoded = decodeScenario(linkOf(case_))
    expect(decoded.ignored).toEqual([])
    const inPage = await digestInPage(case_)
    expect(inPage).toMatch(/^[0-9a-f]{64}$/)
    expect(inPage).toBe(digestInNode(decoded.scenario, case_))
  })

  test('and scenarios that differ have others', async () => {
    const link = `preset=as-published&${BUSY}`
    expect(await digestInPage({link})).not.toBe(await digestInPage({link: `${link}&engine.startup_time=40`}))
  })
})

function linkOf({link, trace}: Case): string {
  return `v=1&${link}${trace === undefined ? `&trace=${SHORT_TRACE}` : ''}`
}

async function digestInPage(case_: Case): Promise<string> {
  const site = await open({hash: linkOf(case_)})
  const {page} = site
  for (const file of [case_.profile, case_.trace])
    if (file !== undefined) await dropFile(site, file.name, file.bytes)
  if (case_.trace !== undefined) {
    const chosen = page.getByRole('combobox', {name: 'Trace', exact: true}).locator('option:checked')
    await expect.poll(() => chosen.textContent(), {timeout: 15_000}).toBe(case_.trace.name)
  }
  await runToResults(site)
  const words = await page.locator('dd', {hasText: 'SHA-256 of every column'}).first().textContent()
  return /[0-9a-f]{64}/.exec(words ?? '')?.[0] ?? ''
}

function digestInNode(scenario: Scenario, {trace, profile}: Case): string {
  const folder = mkdtempSync(join(tmpdir(), 'planner-replay-digest-'))
  try {
    for (const file of [trace, profile]) {
      if (file !== undefined) writeFileSync(join(folder, file.name), file.bytes)
    }
    const path = trace?.name ?? join(root, 'static-traces', `${SHORT_TRACE}.jsonl.gz`)
    const {ours} = flagsFromScenario(scenario, {trace: path})
    const tool = join(root, 'dist-cli/planner-replay.js')
    const options = {cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, stdio: 'pipe'} as const
    const printed = execFileSync(process.execPath, [tool, ...ours, '--json'], options)
    return JSON.parse(printed).planner_replay.result_sha256
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

function azureTable(): Uint8Array {
  const rows = Array.from({length: 600}, (_, i) => {
    const second = String(Math.floor(i / 10) % 60).padStart(2, '0')
    return `2023-11-16 18:1${Math.floor(i / 600)}:${second}.${i % 10}000000,${500 + ((i * 137) % 4000)},${20 + (i % 90)}`
  })
  return new TextEncoder().encode(`TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join('\n')}\n`)
}
