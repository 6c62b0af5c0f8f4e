import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {type GoldenFile, readGolden, runGolden} from './support/golden.ts'
import {PROJECT, SHARED} from './support/shared.ts'

/** Repeats of the same case, because the reference breaks ties at random (engine.md 8.8). */
const REPEATS = ['', '_r2', '_r3', '_r4', '_r5']
const CASES = ['static_poly_4w_kv', 'static_aic_4w_kv', 'static_disagg_2p2d_kv', 'agg_head_kv']
const SEEDS = 10
const COMPARED = ['ttft_ms', 'ttst_ms', 'tpot_ms', 'itl_ms', 'e2e_latency_ms'].flatMap(name => [
  `mean_${name}`,
  `median_${name}`,
])

type Report = GoldenFile['report']

/** Figures whose mean over our seeds lies outside what the reference's runs spread over, widened by 1 %. */
async function outsideTheSpread(
  golden: GoldenFile,
  theirs: readonly Report[],
  tracesFolder: string,
): Promise<string[]> {
  const ours: Report[] = []
  for (let seed = 0; seed < SEEDS; seed++) {
    const result = await runGolden(golden, tracesFolder, {seed})
    ours.push(result.report as unknown as Report)
  }
  return [...COMPARED, 'prefix_cache_reused_ratio'].flatMap(key => {
    const values = theirs.map(report => report[key]!)
    const mean = ours.reduce((sum, report) => sum + report[key]!, 0) / SEEDS
    const low = Math.min(...values) * 0.99
    const high = Math.max(...values) * 1.01
    return mean >= low && mean <= high ? [] : [`${key}: mean of ours ${mean}, allowed ${low} to ${high}`]
  })
}

describe('KV routing with seeded ties, on our own traces', () => {
  const folder = `${PROJECT}/test/golden/spread`
  for (const file of readdirSync(folder).sort()) {
    it(file.replace('.json', ''), async () => {
      const {reports, ...golden} = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as {
        readonly reports: readonly Report[]
      } & GoldenFile
      expect(await outsideTheSpread(golden, reports, `${PROJECT}/static-traces`)).toEqual([])
    })
  }
})

describe.skipIf(SHARED === null)('KV routing with seeded ties, against the spread of the reference', () => {
  for (const name of CASES) {
    it(name, async () => {
      const goldens = REPEATS.map(suffix => readGolden(`${SHARED}/golden/replay/${name}${suffix}.json`))
      const reports = goldens.map(golden => golden.report)
      expect(await outsideTheSpread(goldens[0]!, reports, `${SHARED}/traces`)).toEqual([])
    })
  }

  it('gives the same figures for the same seed and others for another', async () => {
    const golden = readGolden(`${SHARED}/golden/replay/static_poly_4w_kv.json`)
    const run = async (seed: number) =>
      (await runGolden(golden, `${SHARED}/traces`, {seed})).report.mean_ttft_ms
    expect(await run(1)).toBe(await run(1))
    expect(await run(1)).not.toBe(await run(2))
  })
})
