/**
 * 1.6.1's planner against the reference, from recorded inputs: tick by tick it is told what the reference's was told, and
 * must schedule, learn, estimate, predict and decide the same, to the last bit.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {type PlannerGolden16, replayGolden16} from './support/golden-planner16.ts'
import {PROJECT, SHARED} from './support/shared.ts'

const FOLDERS = [
  join(PROJECT, 'test/golden16/planner'),
  ...(SHARED === null ? [] : [join(SHARED, 'golden16/replay')]),
]

const cases = FOLDERS.filter(folder => existsSync(folder)).flatMap(folder =>
  readdirSync(folder)
    .filter(name => /^[axh]_.*\.json$/.test(name))
    .map(name => ({name: name.replace('.json', ''), path: join(folder, name)}))
    // Plain runs of the set have no planner.
    .filter(({name}) => name !== 'h_plain_8w'),
)

/** Relative. Exact but for rounding, or as close as the docstrings of the predictors say. */
const TOLERANCE = {constant: 0, kalman: 1e-12, arima: 0.01, prophet: 1e-6} as const

/**
 * The reference stops the optimiser of ARIMA half-way, and where its steps go far they multiply the rounding of the first
 * one: on a series of these runs by this much. The reference differs so from one machine to the next.
 */
const FAR_STEPS = new Map([
  ['a_arima', 0.06],
  ['a_maxrep1', 0.02],
  ['a_arima_log1p', 0.06],
])

describe('1.6.1’s planner from recorded inputs', () => {
  test.each(cases)('$name', async ({name, path}) => {
    const golden = JSON.parse(readFileSync(path, 'utf8')) as PlannerGolden16
    const {difference, worstPrediction, predictor} = await replayGolden16(golden)
    expect(difference).toBeNull()
    expect(worstPrediction).toBeLessThanOrEqual(FAR_STEPS.get(name) ?? TOLERANCE[predictor])
  })
})
