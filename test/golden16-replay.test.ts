import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {differences16, type Golden16File, readGolden16, runGolden16} from './support/golden16.ts'
import {PROJECT, SHARED} from './support/shared.ts'

/** One case or a few, while at work: `GOLDEN16='^d_' npx vitest run …`. */
const wanted = new RegExp(process.env.GOLDEN16 ?? '.')

function namesIn(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => pattern.test(name))
    .map(name => name.replace('.json', ''))
    .filter(name => wanted.test(name))
}

/** What the reference says instead of a report, without the name of its exception. */
function errorOf({error}: Golden16File): string | null {
  return error === undefined ? null : error.replace(/^\w+: /, '')
}

async function expectAsReference(path: string): Promise<void> {
  const golden = readGolden16(path)
  const error = errorOf(golden)
  if (error !== null) await expect(runGolden16(golden)).rejects.toThrow(error)
  else expect(differences16(golden, await runGolden16(golden))).toEqual([])
}

const OWN = `${PROJECT}/test/golden16/replay`
const SHARED_RUNS = `${SHARED}/golden16/replay`

describe('runs of the reference 1.6.1 on our own traces', () => {
  test.each(namesIn(OWN, /\.json$/))('%s', {timeout: 120_000}, name =>
    expectAsReference(`${OWN}/${name}.json`),
  )
})

/** Those with a planner are in another test; here the KV router has one instance to choose from and so no ties. */
const PLAIN = /^([psdgtk]_.*|e_poly_nochunk_small|e_tbs256)\.json$/

describe.skipIf(SHARED === null)('runs of the reference 1.6.1', () => {
  test.each(namesIn(SHARED_RUNS, PLAIN))('%s', {timeout: 120_000}, name =>
    expectAsReference(`${SHARED_RUNS}/${name}.json`),
  )
})

/** Ties of the KV router are broken at random, there and here. */
const SPREAD = `${SHARED}/golden16/spread`
const SEEDS = 10
const COMPARED = ['ttft_ms', 'ttst_ms', 'tpot_ms', 'itl_ms', 'e2e_latency_ms'].map(name => `mean_${name}`)

describe.skipIf(SHARED === null)('KV routing of 1.6.1 with seeded ties, against its spread', () => {
  const cases = new Set(
    namesIn(SPREAD, /^k_(poly_4w|ais_4w|dis_2p2d|sessions)\./).map(name => name.split('.')[0]!),
  )
  test.each([...cases])('%s', {timeout: 300_000}, async name => {
    const goldens = [1, 2, 3, 4, 5].map(seed => readGolden16(`${SPREAD}/${name}.seed${seed}.json`))
    const ours: Readonly<Record<string, number>>[] = []
    for (let seed = 0; seed < SEEDS; seed++) {
      const {report} = await runGolden16(goldens[0]!, {seed})
      ours.push(report as unknown as Readonly<Record<string, number>>)
    }
    for (const key of [...COMPARED, 'prefix_cache_reused_ratio', 'gpu_hours']) {
      const theirs = goldens.map(golden => golden.report![key] as number)
      const mean = ours.reduce((sum, report) => sum + report[key]!, 0) / SEEDS
      // The mean of ten runs lies where five of the reference's reach, a hundredth more allowed.
      expect(mean, key).toBeGreaterThanOrEqual(Math.min(...theirs) * 0.99)
      expect(mean, key).toBeLessThanOrEqual(Math.max(...theirs) * 1.01)
    }
  })
})
