import fc from 'fast-check'
import {expect, it} from 'vitest'
import {formatCalibration, parseCalibration} from '../config/calibration.ts'
import {defaultScenario} from '../config/presets.ts'
import {poolsOf, type Scenario} from '../config/scenario.ts'
import {withFactors, withoutCalibration} from './speed-factors.ts'

const calibration = {of: 'a, b.csv', overheadMs: 3, requests: 40, errorBefore: 0.3, errorAfter: 0.1}

function withRatios(speedup_ratio: number, decode_speedup_ratio: number): Scenario {
  const scenario = defaultScenario()
  const {fleet} = scenario
  if (fleet.topology !== 'agg') throw new Error('the default fleet has one pool')
  const args = {...fleet.workers.args, speedup_ratio, decode_speedup_ratio}
  return {...scenario, fleet: {...fleet, workers: {...fleet.workers, args}}}
}

function ratiosOf(scenario: Scenario): readonly [number, number] {
  const {args} = poolsOf(scenario.fleet)[0]![1]
  return [args.speedup_ratio, args.decode_speedup_ratio]
}

it('a calibrated scenario goes back to the ratios it had', () => {
  const factor = fc.double({min: 0.125, max: 8, noNaN: true}).map(value => Number(value.toPrecision(4)))
  const ratio = fc.constantFrom(1, 0.5, 2, 1.25, 0.8, 10)
  fc.assert(
    fc.property(factor, factor, ratio, ratio, (prefill, decode, all, decoding) => {
      const factors = {prefill, decode}
      const calibrated = {
        ...withFactors(withRatios(all, decoding), factors),
        calibration: {...calibration, factors},
      }
      const before = withoutCalibration(calibrated)!
      expect(before.calibration).toBeUndefined()
      expect(ratiosOf(before)).toEqual([all, decoding])
    }),
  )
})

it('without a calibration, or one that kept no factors, there is nothing to go back to', () => {
  expect(withoutCalibration(withRatios(1, 1))).toBeNull()
  expect(withoutCalibration({...withRatios(1, 1), calibration})).toBeNull()
})

it('the factors of a calibration stand in a link, and links without them are read', () => {
  const factors = {prefill: 1.25, decode: 0.8}
  for (const one of [calibration, {...calibration, factors}])
    expect(parseCalibration(formatCalibration(one))).toEqual({ok: true, value: one})
  expect(formatCalibration({...calibration, factors})).toBe(
    'overhead:3,requests:40,before:0.3,after:0.1,prefill:1.25,decode:0.8,of:a, b.csv',
  )
  const broken = 'overhead:3,requests:40,before:0.3,after:0.1,prefill:0,decode:1,of:x'
  expect(parseCalibration(broken).ok).toBe(false)
})
