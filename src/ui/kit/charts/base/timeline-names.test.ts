import {describe, expect, test} from 'vitest'
import {seriesPath, timeScale} from './geometry.ts'
import type {TimeSeries} from './timeline.ts'
import {timelineNames} from './timeline-names.ts'

const WIDTH = 464
const HEIGHT = 168
const view = [0, 100] as const
const x = timeScale(view, WIDTH)
const y = Object.assign((value: number) => 140 - value, {ticks: []})

function drawn(key: string, values: readonly number[], own: Partial<TimeSeries> = {}) {
  const series: TimeSeries = {
    ...{key, label: key, shape: 'line', slot: 0},
    x: Float64Array.from(values, (_, i) => (i * 100) / (values.length - 1)),
    y: Float64Array.from(values),
    ...own,
  }
  return {series, path: seriesPath(series, x, y, view)}
}

function namesOf(paths: ReturnType<typeof drawn>[], rules: readonly {label: string; y: number}[] = []) {
  return timelineNames({paths, rules, width: WIDTH, height: HEIGHT})
}

describe('names in a timeline', () => {
  test('are of the lines where there are several, and never of a baseline', () => {
    const mean = drawn('mean', [20, 20, 20])
    expect(namesOf([mean])).toEqual([])
    const names = namesOf([mean, drawn('p90', [80, 80, 80]), drawn('old', [50, 50, 50], {isGhost: true})])
    expect(names.map(({text}) => text)).toEqual(['mean', 'p90'])
  })

  test('keep a rule readable: free of the lines where there is room, and at its end where there is none', () => {
    const step = drawn('met', [20, 20, 20, 20, 64], {shape: 'step'})
    const [free] = namesOf([step], [{label: 'asked', y: y(60)}])
    expect(free).toMatchObject({text: 'asked', isRule: true})
    const saw = drawn(
      'saw',
      Array.from({length: 201}, (_, i) => (i % 2) * 130),
    )
    const [covered] = namesOf([saw], [{label: 'asked', y: y(60)}])
    expect(covered).toMatchObject({text: 'asked', isRule: true, x: WIDTH - 14})
  })
})
