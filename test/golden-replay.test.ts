import {readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {differences, readGolden, runGolden} from './support/golden.ts'
import {PROJECT, SHARED} from './support/shared.ts'

/** Cases of the shared folder whose feature is still to come, by name; everything else must agree. */
const NOT_YET = /^(synth_|static_aic_conc32)/
/** The reference breaks ties at random there: compared as a spread, elsewhere. */
const RANDOM_TIES = /_kv(_r\d)?$/

function casesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => name.replace(/\.json$/, ''))
    .filter(name => !RANDOM_TIES.test(name) && !NOT_YET.test(name))
    .sort()
}

function compareAll(folder: string, tracesFolder: string): void {
  for (const name of casesIn(folder)) {
    it(name, async () => {
      const golden = readGolden(`${folder}/${name}.json`)
      expect(differences(golden, await runGolden(golden, tracesFolder))).toEqual([])
    })
  }
}

describe('golden runs on our own traces, recorded from ai-dynamo 1.2.1', () => {
  compareAll(`${PROJECT}/test/golden/replay`, `${PROJECT}/static-traces`)
})

describe.skipIf(SHARED === null)('golden runs of the shared folder', () => {
  if (SHARED !== null) compareAll(`${SHARED}/golden/replay`, `${SHARED}/traces`)
})
