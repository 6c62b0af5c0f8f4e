import {describe, expect, test} from 'vitest'
import type {Band} from '../sweep/repeats.ts'
import type {BenchFigures} from './bench-figures.ts'
import type {BenchLine, BenchResult} from './bench-result.ts'
import {tellVerdict} from './bench-verdict.ts'

const flat = (value: number): Band => ({min: value, median: value, max: value})

function line(changes: Partial<BenchLine> & Pick<BenchLine, 'id' | 'label' | 'kind'>): BenchLine {
  return {
    size: null,
    runs: 3,
    holds: 3,
    share: flat(0.96),
    ttftMsP50: flat(100),
    ttftMsP90: flat(900),
    gpuHours: flat(10),
    scalings: flat(4),
    outOfObjectiveS: flat(0),
    regret: null,
    ...changes,
  }
}

const FIXED = line({
  id: 'fixed-4',
  label: '4 fixed replicas',
  kind: 'fixed',
  runs: 1,
  holds: 1,
  gpuHours: flat(12),
})
const HPA = line({id: 'hpa', label: 'HPA', kind: 'hpa', gpuHours: {min: 9, median: 10, max: 11}})
const FAILING = line({
  id: 'kpa',
  label: 'Knative',
  kind: 'kpa',
  holds: 0,
  share: flat(0.5),
  gpuHours: flat(5),
})

function verdict(lines: readonly BenchLine[], changes: Partial<BenchResult> = {}): string {
  return tellVerdict({
    objective: {ttftMs: 1000, itlMs: 50, share: 0.95},
    lines,
    hindsight: null,
    bound: null,
    phases: 3,
    pricePerGpuHour: null,
    ...changes,
  }).join(' ')
}

describe('the verdict', () => {
  test('names the cheapest policy that holds in every phase, against the cheapest fixed fleet', () => {
    expect(verdict([FIXED, HPA, FAILING])).toMatch(
      /^HPA holds .* in all 3 phases for 10.0 GPU-hours .* 16.7 % less than 4 fixed/,
    )
  })

  test('never recommends what holds by luck', () => {
    const lucky = {...HPA, holds: 2}
    expect(verdict([FIXED, lucky])).toMatch(
      /^4 fixed replicas hold .* no policy here does in every phase. .*HPA in 2 of 3/,
    )
  })

  test('says so where scaling buys nothing, or costs', () => {
    expect(verdict([FIXED, {...HPA, gpuHours: flat(12.1)}])).toMatch(/scaling buys nothing/)
    expect(verdict([FIXED, {...HPA, gpuHours: flat(14)}])).toMatch(/cheaper than every policy/)
  })

  test('does not tell apart what the phase alone moves further', () => {
    const keda = line({
      id: 'keda',
      label: 'KEDA',
      kind: 'keda',
      gpuHours: {min: 9.5, median: 10.6, max: 11.5},
    })
    expect(verdict([FIXED, HPA, keda])).toMatch(/KEDA .* is as good within what the phase alone moves/)
  })

  test('admits that nothing holds', () => {
    expect(verdict([{...FIXED, holds: 0, share: flat(0.949)}, FAILING])).toMatch(
      /^Nothing here holds .* 4 fixed replicas with 94.9 %/,
    )
  })

  test('counts hindsight as no policy, and names the room it leaves', () => {
    const figures = {gpuHours: 8, share: 0.95} as BenchFigures
    const plan = {prefill: null, decode: []}
    const hindsight = {plan, from: 'HPA', runs: 9, isSettled: true, figures}
    const found = line({id: 'hindsight', label: 'in hindsight', kind: 'hindsight', gpuHours: flat(8)})
    const text = verdict([FIXED, HPA, found], {hindsight})
    expect(text).toMatch(/^HPA/)
    expect(text).toMatch(/8.00 GPU-hours would have done \(best found, not proven\): .* over HPA is 20 %/)
  })
})
