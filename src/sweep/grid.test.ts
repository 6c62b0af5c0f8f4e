import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parsePlannerConfig16} from '../config/planner/planner-config-1.6.ts'
import {findPreset} from '../config/presets.ts'
import {phaseShiftOf, plannerOf, type Scenario, sampleOrderSeedOf, scalingBy} from '../config/scenario.ts'
import {parseAxis, type SweepAxis} from './axis.ts'
import {expandGrid, type GridOptions, type GridPoint} from './grid.ts'
import {type PointIdentity, pointKey} from './point-key.ts'
import {presetAxes, SWEEP_PRESETS} from './presets.ts'
import {parseShard, pointsOfShard} from './shard.ts'

const BASE = findPreset('as-published')?.scenario as Scenario

function axesOf(...texts: string[]): SweepAxis[] {
  return texts.map(text => {
    const axis = parseAxis(text)
    if (!axis.ok) throw new Error(axis.error.message)
    return axis.value
  })
}

function gridOf(axes: readonly SweepAxis[], options: Partial<GridOptions> = {}): readonly GridPoint[] {
  const points = expandGrid({axes, base: BASE, ...options})
  if (!points.ok) throw new Error(points.error.message)
  return points.value
}

describe('a grid', () => {
  test('of one axis', () => {
    const points = gridOf(axesOf('startup_time=0:20:10'))
    expect(points.map(point => point.id)).toEqual(['startup_time=0', 'startup_time=10', 'startup_time=20'])
    expect(points.map(point => point.index)).toEqual([0, 1, 2])
    expect(
      points.map(({scenario: {fleet}}) => fleet.topology === 'agg' && fleet.workers.args.startup_time),
    ).toEqual([0, 10, 20])
  })

  test('of two axes has the first outermost', () => {
    expect(gridOf(axesOf('startup_time=0,60', 'planner.ttft=500,1500')).map(point => point.id)).toEqual([
      'startup_time=0,planner.ttft=500',
      'startup_time=0,planner.ttft=1500',
      'startup_time=60,planner.ttft=500',
      'startup_time=60,planner.ttft=1500',
    ])
  })

  test('repeats planner runs with shifted phase, fixed fleets once', () => {
    const repeats = {of: 'phase', count: 4} as const
    const points = gridOf(axesOf('startup_time=5'), {repeats})
    expect(points.map(point => point.id)).toEqual([
      'startup_time=5',
      'startup_time=5@2.5s',
      'startup_time=5@5s',
      'startup_time=5@7.5s',
    ])
    expect(points.map(({scenario}) => phaseShiftOf(scenario))).toEqual([0, 2.5, 5, 7.5])
    expect(gridOf(axesOf('planner=on,off'), {repeats: {of: 'phase', count: 2}}).map(({id}) => id)).toEqual([
      'planner=on',
      'planner=on@5s',
      'planner=off',
    ])
  })

  test('shifts the phase within the interval of each point', () => {
    const axes = axesOf('planner.load_adjustment_interval=2,30')
    const points = gridOf(axes, {repeats: {of: 'phase', count: 2}})
    expect(points.map(({repeat, scenario}) => [repeat, phaseShiftOf(scenario)])).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 15],
    ])
  })

  test('repeats over orders of the samples where a planner of 1.6.1 keeps some', () => {
    const repeats = {of: 'order', count: 3} as const
    const axes = axesOf('startup_time=5')
    const orders = (base: Scenario) =>
      gridOf(axes, {base, repeats}).map(({id, scenario}) => [id, sampleOrderSeedOf(scenario)])
    expect(orders(BASE)).toEqual([['startup_time=5', 0]])
    const parsed = parsePlannerConfig16({mode: 'agg', optimization_target: 'sla'})
    if (!parsed.ok) throw new Error(parsed.error.message)
    const scaling = {policy: 'dynamo', release: '1.6.1', config: parsed.value.config} as const
    expect(orders({...BASE, release: '1.6.1', scaling})).toEqual([
      ['startup_time=5', 0],
      ['startup_time=5@order1', 1],
      ['startup_time=5@order2', 2],
    ])
  })

  test('repeats over seeds of the trace from its own on, fixed fleets too', () => {
    const options = {repeats: {of: 'seed', count: 3}, ownTraceSeed: 5} as const
    const points = gridOf(axesOf('planner=on,off'), options)
    expect(points.map(({id, repeat}) => [id, repeat])).toEqual([
      ['planner=on', 0],
      ['planner=on@seed6', 1],
      ['planner=on@seed7', 2],
      ['planner=off', 0],
      ['planner=off@seed6', 1],
      ['planner=off@seed7', 2],
    ])
    expect(points.map(({scenario}) => scenario.traceSeed)).toEqual([undefined, 6, 7, undefined, 6, 7])
    const base = {...BASE, traceSeed: 2 ** 32 - 1}
    const wrapped = gridOf(axesOf('seed=0'), {...options, base})
    expect(wrapped.map(({scenario}) => scenario.traceSeed)).toEqual([2 ** 32 - 1, 0, 1])
  })

  test('refuses seeds of a trace nobody can make, and repeats of what is varied', () => {
    const refusal = (axis: string, options: Partial<GridOptions>) => {
      const points = expandGrid({axes: axesOf(axis), base: BASE, ...options})
      return points.ok ? '' : points.error.message
    }
    const seeds = {of: 'seed', count: 2} as const
    const noRecipe = 'only traces of static-traces/ have a generator'
    expect(refusal('seed=1', {repeats: seeds})).toBe(`repeats over seeds: ${noRecipe}`)
    expect(refusal('trace_seed=1', {})).toBe(`trace_seed: ${noRecipe}`)
    expect(refusal('seed=1', {base: {...BASE, traceSeed: 3}})).toBe(`trace_seed: ${noRecipe}`)
    expect(refusal('trace_seed=1', {repeats: seeds, ownTraceSeed: 1})).toContain('varied already')
    const phases = {of: 'phase', count: 2} as const
    expect(refusal('planner_phase=1', {repeats: phases})).toContain('varied already')
    expect(refusal('planner_phase=1', {repeats: seeds, ownTraceSeed: 1})).toBe('')
    expect(refusal('trace_seed=1', {ownTraceSeed: 1})).toBe('')
  })

  test('takes two knobs that are valid only together', () => {
    const points = gridOf(
      axesOf('planner.load_adjustment_interval=400', 'planner.throughput_adjustment_interval=600'),
    )
    expect(plannerOf(points[0]!.scenario)?.load_adjustment_interval).toBe(400)
  })

  test('has ids that are file names', () => {
    const ids = gridOf(axesOf('aic_model_path=org/a b,org/c*(d)')).map(point => point.id)
    expect(ids).toEqual(['aic_model_path=org%2Fa%20b', 'aic_model_path=org%2Fc%2A%28d%29'])
  })

  test('refuses as a whole what one point cannot be', () => {
    const message = (...texts: string[]) => {
      const points = expandGrid({axes: axesOf(...texts), base: BASE})
      return points.ok ? 'no error' : points.error.message
    }
    expect(message('planner.load_adjustment_interval=10,300')).toMatch(/load_adjustment_interval=300/)
    expect(message('startup_time=1', 'engine.startup_time=2')).toMatch(/varied twice/)
    expect(message('engine_timing=polynomial,profile')).toMatch(
      /^engine_timing=profile: .*planner_profile_data/,
    )
    expect(message('startup_time=0:9999:1', 'planner.ttft=500,600')).toMatch(/20000 points, more than/)
    expect(message('startup_time=1', 'planner.ttft=2', 'planner.itl=3')).toMatch(/one or two/)
  })

  test('of every preset expands', () => {
    for (const preset of SWEEP_PRESETS) {
      const axes = presetAxes(preset)
      if (!axes.ok) throw new Error(axes.error.message)
      const points = gridOf(axes.value)
      expect(new Set(points.map(point => point.id)).size).toBe(points.length)
      expect(points.length).toBe(axes.value.reduce((product, axis) => product * axis.values.length, 1))
    }
    expect(SWEEP_PRESETS.find(preset => preset.id === 'cold-start')?.axes[0]?.[1]).toHaveLength(31)
  })
})

describe('shards', () => {
  test('are every point exactly once', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 60}), fc.integer({min: 1, max: 12}), (points, count) => {
        const all = Array.from({length: points}, (_, i) => i)
        const parts = Array.from({length: count}, (_, i) => pointsOfShard(all, {index: i + 1, count}))
        expect(parts.flat().sort((a, b) => a - b)).toEqual(all)
        const sizes = parts.map(part => part.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('are written i/n', () => {
    expect(parseShard('2/3')).toEqual({ok: true, value: {index: 2, count: 3}})
    for (const text of ['0/2', '3/2', '1/0', '1', '/', '1/2/3', 'a/b', '-1/2', '']) {
      const shard = parseShard(text)
      expect(shard.ok ? shard.value : shard.error.message).toMatch(/--shard must be i\/n/)
    }
  })
})

describe('the key of a point', () => {
  const identity = {scenario: BASE, traceSha256: 'a', profileSha256: null}

  test('changes with all that changes the run', () => {
    const others: PointIdentity[] = [
      {...identity, traceSha256: 'b'},
      {...identity, scenario: {...BASE, scaling: scalingBy(plannerOf(BASE), 1)}},
      {...identity, scenario: {...BASE, traceSeed: 1}},
      {...identity, profileSha256: 'c'},
      {...identity, scenario: {...BASE, seed: 1}},
      {...identity, scenario: {...BASE, scaling: {policy: 'fixed'}}},
    ]
    const keys = [identity, ...others].map(pointKey)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('does not depend on the order of fields or the name of the trace', () => {
    const reversed = Object.fromEntries(Object.entries(BASE).reverse()) as unknown as Scenario
    expect(pointKey({...identity, scenario: reversed})).toBe(pointKey(identity))
    const renamed: Scenario = {...BASE, trace: {kind: 'file', name: 'copy.jsonl', sha256: 'a'}}
    expect(pointKey({...identity, scenario: renamed})).toBe(pointKey(identity))
  })
})
