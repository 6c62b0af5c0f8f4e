import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {formatPairs, parsePairs} from '../../../config/link/query-string.ts'
import {presetAxes, SWEEP_PRESETS} from '../../../sweep/presets.ts'
import {
  axesOf,
  defaultSpec,
  presetOf,
  readSpec,
  type SweepSpec,
  specOfPreset,
  specPairs,
  withSizedKv,
} from './spec.ts'

describe('ready-made sweeps', () => {
  test.each(SWEEP_PRESETS.map(preset => [preset.id, preset] as const))(
    '%s has its values as text',
    (_, preset) => {
      const spec = specOfPreset(preset, {of: 'phase', count: 3})
      const own = presetAxes(preset)
      const read = axesOf(spec)
      expect(read.ok && read.value.map(axis => axis.values)).toEqual(
        own.ok && own.value.map(axis => axis.values),
      )
      expect(presetOf(spec)).toBe(preset)
      expect(readSpec(specPairs(spec))).toEqual({spec, ignored: []})
      const other = withSizedKv(spec, spec.sizesKv !== true)
      expect(readSpec(specPairs(other))).toEqual({spec: other, ignored: []})
    },
  )

  test('cold start is a short link', () => {
    expect(formatPairs(specPairs(defaultSpec()))).toBe('sweep=cold-start')
    expect(defaultSpec().first).toEqual({key: 'startup_time', values: '0:300:10'})
  })
})

describe('links', () => {
  test('of own knobs come back through a hash', () => {
    const spec: SweepSpec = {
      first: {key: 'decode.startup_time', values: '0:300:10'},
      second: {key: 'engine.aic_model_path', values: 'nvidia/Llama-3.1-8B-Instruct-FP8,a b'},
      repeats: {of: 'seed', count: 5},
    }
    const hash = formatPairs(specPairs(spec))
    expect(hash.startsWith('sweep=decode.startup_time:0:300:10&')).toBe(true)
    expect(hash.endsWith('&repeats=5-seeds')).toBe(true)
    expect(readSpec(parsePairs(hash))).toEqual({spec, ignored: []})
  })

  test('of earlier releases keep their repeats', () => {
    expect(readSpec(parsePairs('sweep=cold-start&repeats=3'))).toEqual({
      spec: {...defaultSpec(), repeats: {of: 'phase', count: 3}},
      ignored: [],
    })
    expect(readSpec(parsePairs('repeats=5')).spec?.repeats).toEqual({of: 'phase', count: 5})
  })

  test('without repeats ask for as many as are affordable, and with one for none', () => {
    expect(readSpec(parsePairs('sweep=cold-start')).spec?.repeats).toBeNull()
    expect(readSpec(parsePairs('sweep=cold-start&repeats=1')).spec?.repeats).toEqual({of: 'phase', count: 1})
  })

  test('say nothing of a sweep when there is none', () => {
    expect(readSpec([])).toEqual({spec: null, ignored: []})
  })

  test('fall back part by part and name what they ignored', () => {
    const pairs = parsePairs(
      'sweep=warm-start&sweep=startup_time:0,5&sweep=planner.itl:1&sweep=seed:1,2&repeats=9',
    )
    expect(readSpec(pairs)).toEqual({
      spec: {
        first: {key: 'startup_time', values: '0,5'},
        second: {key: 'planner.itl', values: '1'},
        repeats: null,
      },
      ignored: ['repeats=9', 'sweep=warm-start', 'sweep=seed:1,2'],
    })
    expect(readSpec([['sweep', 'nothing']])).toEqual({spec: defaultSpec(), ignored: ['sweep=nothing']})
  })

  test('never fail to decode', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const {spec} = readSpec(parsePairs(`sweep=${text}&sweep=${text}&repeats=${text}`))
        if (spec !== null) axesOf(spec)
      }),
    )
  })
})

test('a knob without name or with wrong values is refused by name', () => {
  const spec = defaultSpec()
  const refusal = (first: SweepSpec['first']) => {
    const axes = axesOf({...spec, first})
    return axes.ok ? '' : axes.error.message
  }
  expect(refusal({key: ' ', values: '1'})).toContain('startup_time')
  expect(refusal({key: 'startup_time', values: '0:x:1'})).toContain('startup_time')
})
