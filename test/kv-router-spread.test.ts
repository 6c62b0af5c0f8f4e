import {describe, expect, it} from 'vitest'
import {readGolden, runGolden} from './support/golden.ts'
import {SHARED} from './support/shared.ts'

/** Repeats of the same case, because the reference breaks ties at random (engine.md 8.8). */
const REPEATS = ['', '_r2', '_r3', '_r4', '_r5']
const CASES = ['static_poly_4w_kv', 'static_aic_4w_kv', 'static_disagg_2p2d_kv', 'agg_head_kv']
const SEEDS = 10
const COMPARED = ['ttft_ms', 'ttst_ms', 'tpot_ms', 'itl_ms', 'e2e_latency_ms'].flatMap(name => [
  `mean_${name}`,
  `median_${name}`,
])

describe.skipIf(SHARED === null)('KV routing with seeded ties, against the spread of the reference', () => {
  for (const name of CASES) {
    it(name, async () => {
      const goldens = REPEATS.map(suffix => readGolden(`${SHARED}/golden/replay/${name}${suffix}.json`))
      const ours: Readonly<Record<string, number>>[] = []
      for (let seed = 0; seed < SEEDS; seed++) {
        const result = await runGolden(goldens[0]!, `${SHARED}/traces`, {seed})
        ours.push(result.report as unknown as Readonly<Record<string, number>>)
      }
      const outside = [...COMPARED, 'prefix_cache_reused_ratio'].flatMap(key => {
        const theirs = goldens.map(golden => golden.report[key]!)
        const mean = ours.reduce((sum, report) => sum + report[key]!, 0) / SEEDS
        const low = Math.min(...theirs) * 0.99
        const high = Math.max(...theirs) * 1.01
        return mean >= low && mean <= high ? [] : [`${key}: mean of ours ${mean}, allowed ${low} to ${high}`]
      })
      expect(outside).toEqual([])
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
