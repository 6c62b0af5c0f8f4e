import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {differences16, readGolden16, runGolden16} from './support/golden16.ts'
import {SHARED} from './support/shared.ts'

const FOLDER = `${SHARED}/golden16/replay`

/** Cases without a planner; those of the KV router here have one instance and so no ties. */
const names =
  SHARED !== null && existsSync(FOLDER)
    ? readdirSync(FOLDER)
        .filter(name => /^[psdgtk]_.*\.json$/.test(name))
        .map(name => name.slice(0, -'.json'.length))
    : []
const wanted = new RegExp(process.env.GOLDEN16 ?? '.')

describe.skipIf(names.length === 0)('runs of the reference 1.6.1', () => {
  test.each(names.filter(name => wanted.test(name)))('%s', {timeout: 120_000}, async name => {
    const golden = readGolden16(`${FOLDER}/${name}.json`)
    expect(differences16(golden, await runGolden16(golden))).toEqual([])
  })
})
