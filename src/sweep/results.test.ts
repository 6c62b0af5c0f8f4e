import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parseAxis, type SweepAxis} from './axis.ts'
import {type Curve, type CurvePoint, curvesOf, medianCurve} from './curves.ts'
import {computeFrontier} from './frontier.ts'
import {computeObservations} from './observations.ts'
import {type FinishedRow, parseFinishedRow, type SweepRow} from './points.ts'
import {PUBLISHED_POINTS} from './published.ts'
import {computeBand, phaseShiftsS, type RepeatKind} from './repeats.ts'
import {POINT_FIGURES} from './row-fixture.ts'
import {describeSpread} from './spread.ts'

function rowOf(changes: Partial<FinishedRow>): FinishedRow {
  return {
    id: 'startup_time=0',
    axes: {startup_time: 0},
    repeat: 0,
    phase_shift_s: 0,
    trace_seed: null,
    key: 'k',
    ...POINT_FIGURES,
    billed_gpu_hours: 2.1,
    ...changes,
  }
}

function axesOf(...texts: string[]): SweepAxis[] {
  return texts.map(text => {
    const axis = parseAxis(text)
    if (!axis.ok) throw new Error(axis.error.message)
    return axis.value
  })
}

/** The published picture as if we had run it. */
const PUBLISHED: readonly CurvePoint[] = PUBLISHED_POINTS.map(point => ({
  x: point.startupS,
  row: rowOf({
    p90_ttft_ms: point.ttftMsP90,
    mean_itl_ms: point.itlMsMean,
    p90_itl_ms: point.itlMsP90,
    scale_ups: point.scaleUps,
    scale_downs: point.scaleDowns,
  }),
}))

describe('observations', () => {
  const startup = axesOf('startup_time=0,10')
  const options = {targets: {ttftMs: 1500, itlMs: 50}, unit: ' s', axes: startup}

  test('state the guide’s three findings with the figures of the curve', () => {
    const seen = computeObservations({...options, points: PUBLISHED})
    expect(seen?.cliffSentence).toBe(
      'The cliff is at 120 s: p90 TTFT goes over 5.6 s, 3 times its first value, from 2.3 s to 183 s ' +
        'there. The TTFT target of 1.5 s is missed from the start: p90 is 1.9 s at 0 s.',
    )
    expect(seen?.scalingSentence).toBe(
      'From 0 to 300 s scale-ups fall from 42 to 9, scale-downs fall from 42 to 8 (published: scale-ups 42 → 8).',
    )
    expect(seen?.itlSentence).toBe(
      'ITL below the cliff: avg 25.6–32.2 ms, p90 28.5–83.3 ms (median 33.6 ms); ' +
        'from 120 s on: avg 33.2–50.2 ms, p90 94.0–193.3 ms (median 147.1 ms).',
    )
  })

  test('say that there is no cliff', () => {
    const seen = computeObservations({
      ...options,
      axes: axesOf('prefill.startup_time=0,10'),
      points: PUBLISHED.slice(0, 12),
    })
    expect(seen?.cliffSentence).toMatch(/^No cliff from 0 s to 110 s: p90 TTFT does not stay over 5.6 s./)
    expect(seen?.scalingSentence).not.toMatch(/published/)
    expect(seen?.itlSentence).toBe('ITL: avg 25.6–32.2 ms, p90 28.5–83.3 ms (median 33.6 ms).')
  })

  test('speak of a cliff that is there, of another knob’s only then, and of no target’s', () => {
    const calm = PUBLISHED.slice(0, 12)
    const interval = axesOf('planner.load_adjustment_interval=1,2')
    expect(computeObservations({...options, axes: interval, points: PUBLISHED})?.cliff?.at).toBe(120)
    expect(computeObservations({...options, axes: interval, points: calm})).toMatchObject({
      cliff: null,
      cliffSentence: '',
    })
    const target = computeObservations({...options, axes: axesOf('planner.ttft=1,2'), points: PUBLISHED})
    expect(target).toMatchObject({cliff: null, cliffSentence: ''})
    expect(target?.itlSentence).not.toContain('cliff')
  })

  test('need two points', () => {
    expect(computeObservations({...options, points: PUBLISHED.slice(0, 1)})).toBeNull()
  })
})

describe('curves', () => {
  const axes = axesOf('startup_time=10,0', 'planner.ttft=500,1500')
  const row = (startup_time: number, ttft: number, repeat = 0) =>
    rowOf({axes: {startup_time, 'planner.ttft': ttft}, repeat})

  test('are one per series and repeat, by rising x, without failed runs', () => {
    const {repeat, phase_shift_s, trace_seed} = rowOf({})
    const failed: SweepRow = {id: 'f', axes: {}, repeat, phase_shift_s, trace_seed, key: '', error: 'no'}
    const curves = curvesOf([row(10, 500), row(10, 1500), failed, row(0, 500), row(0, 500, 2)], axes)
    expect(curves.map(({series, repeat: of, points}) => [series, of, points.map(({x}) => x)])).toEqual([
      ['500', 0, [0, 10]],
      ['1500', 0, [10]],
      ['500', 2, [0]],
    ])
  })

  test('of repeats are one curve of medians, which no lucky repeat makes', () => {
    const repeats = [900, 100, 200].map((p90_ttft_ms, repeat) => ({
      series: '',
      repeat,
      points: [{x: 10, row: rowOf({p90_ttft_ms, repeat, sla_attainment: repeat === 0 ? null : repeat / 10})}],
    }))
    expect(medianCurve(repeats)).toMatchObject([
      {x: 10, row: {p90_ttft_ms: 200, repeat: 0, sla_attainment: 0.1}},
    ])
  })

  test('count the values of an axis of words', () => {
    const words = axesOf('aic_system=h200_sxm,b200_sxm')
    const rows = ['b200_sxm', 'h200_sxm'].map(name => rowOf({axes: {aic_system: name}}))
    expect(curvesOf(rows, words)[0]?.points.map(({x}) => x)).toEqual([0, 1])
  })
})

describe('the frontier', () => {
  const run = fc.record({
    id: fc.string(),
    gpuHours: fc.integer({min: 0, max: 20}),
    attainment: fc.integer({min: 0, max: 20}).map(share => share / 20),
  })

  test('is what no other run beats', () => {
    fc.assert(
      fc.property(fc.array(run, {maxLength: 20}), runs => {
        const frontier = computeFrontier(runs)
        for (const one of runs) {
          const matched = frontier.some(
            best => best.gpuHours <= one.gpuHours && best.attainment >= one.attainment,
          )
          expect(matched).toBe(true)
        }
        for (const [i, best] of frontier.entries()) {
          if (i === 0) continue
          expect(best.gpuHours).toBeGreaterThan(frontier[i - 1]?.gpuHours ?? Number.NaN)
          expect(best.attainment).toBeGreaterThan(frontier[i - 1]?.attainment ?? Number.NaN)
        }
      }),
    )
  })
})

describe('repeats', () => {
  test('spread over one interval, the reference’s phase first', () => {
    expect(phaseShiftsS(0, 10, 4)).toEqual([0, 2.5, 5, 7.5])
    expect(phaseShiftsS(0, 10, 3)).toEqual([0, 3.333, 6.667])
    expect(phaseShiftsS(0, 10, 1)).toEqual([0])
    expect(phaseShiftsS(8, 10, 4)).toEqual([8, 0.5, 3, 5.5])
    expect(phaseShiftsS(25, 10, 2)).toEqual([25, 0])
  })

  test('say where their cliffs lie', () => {
    const curveOf = (repeat: number, cliffAt: number): Curve => ({
      series: '',
      repeat,
      points: [0, 10, 20, 30, 40, 50].map(x => ({x, row: rowOf({p90_ttft_ms: x >= cliffAt ? 9000 : 100})})),
    })
    const spread = (of: RepeatKind, ...cliffs: number[]) =>
      describeSpread({
        curves: cliffs.map((at, repeat) => curveOf(repeat, at)),
        of,
        targetMs: 1500,
        unit: ' s',
      })
    expect(spread('phase', 20)).toEqual([])
    expect(spread('phase', 20, 10, 30)).toEqual(['Over 3 phases, all have a cliff, between 10 and 30 s.'])
    expect(spread('seed', 20, 99, 20)).toEqual(['Over 3 trace seeds, 2 have a cliff, at 20 s.'])
    expect(spread('seed', 99, 99)).toEqual(['None of 2 trace seeds has a cliff.'])
  })

  test('give a band', () => {
    expect(computeBand([30, 4, 100])).toEqual({min: 4, median: 30, max: 100})
    expect(computeBand([2, 1, 4, 3])).toEqual({min: 1, median: 2, max: 4})
    expect(computeBand([])).toBeNull()
  })
})

describe('a kept row', () => {
  const row = rowOf({})
  const facts = {
    id: row.id,
    axes: row.axes,
    repeat: 0,
    phase_shift_s: 0,
    trace_seed: null,
    key: 'k',
  }
  const shuffled = () => Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))

  test('comes back as it was, in the order of its line', () => {
    expect(JSON.stringify(parseFinishedRow(shuffled(), facts))).toBe(JSON.stringify(row))
  })

  test('of another run, with a missing or a wrong figure is none', () => {
    expect(parseFinishedRow(shuffled(), {...facts, key: 'other'})).toBeNull()
    expect(parseFinishedRow({...shuffled(), digest: undefined}, facts)).toBeNull()
    expect(parseFinishedRow({...shuffled(), gpu_hours: '2'}, facts)).toBeNull()
    expect(parseFinishedRow({...shuffled(), gpu_hours: null}, facts)).toBeNull()
    expect(parseFinishedRow({...shuffled(), sla_attainment: null}, facts)).not.toBeNull()
    expect(parseFinishedRow({...shuffled(), sla_attainment: 1.2}, facts)).toBeNull()
    for (const value of [null, undefined, 3, 'x', []]) expect(parseFinishedRow(value, facts)).toBeNull()
  })
})
