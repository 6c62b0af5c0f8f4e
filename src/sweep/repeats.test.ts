import {describe, expect, test} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {phaseShiftOf, type Scaling} from '../config/scenario.ts'
import {repeatsOf} from './repeats.ts'

const shiftsUnder = (scaling: Scaling) =>
  repeatsOf({...defaultScenario(), scaling}, {of: 'phase', count: 5}, null).map(phaseShiftOf)

describe('the phases of a run', () => {
  test.each([
    ['hpa', [0, 3, 6, 9, 12]],
    ['keda', [0, 3, 6, 9, 12]],
    ['kpa', [0, 0.4, 0.8, 1.2, 1.6]],
  ] as const)('are spread over the interval at which %s decides', (policy, shiftsS) => {
    expect(shiftsUnder({policy, config: {pools: {}}})).toEqual(shiftsS)
  })

  test('begin at the phase that is asked for', () => {
    expect(shiftsUnder({policy: 'hpa', config: {pools: {}}, phaseShiftS: 5})).toEqual([5, 8, 11, 14, 2])
  })

  test('are one where nobody looks at moments of their own', () => {
    expect(shiftsUnder({policy: 'fixed'})).toEqual([0])
  })
})
