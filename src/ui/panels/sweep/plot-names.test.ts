import {expect, test} from 'vitest'
import {TITLED_MARGIN} from '../../kit/charts/base/geometry.ts'
import type {PlotPath} from './plot-geometry.ts'
import {plotNames} from './plot-names.ts'
import type {PlotSeries} from './plots.ts'

const SIZE = {width: 464, height: 224}

function level(key: string, y: number, own: Partial<PlotSeries> = {}): PlotPath {
  const points = [
    [58, y],
    [446, y],
  ] as const
  const series: PlotSeries = {key, label: key, slot: 0, dash: '', kind: 'run', points: [], ...own}
  return {series, stroke: 'M58 0H446', band: '', ranges: '', marks: [], points}
}

function textsOf(paths: readonly PlotPath[], cliff: {px: number; text: string} | null = null) {
  return plotNames(paths, {...SIZE, cliff})
}

test('lines are named at their ends where there are several, targets always', () => {
  const target = level('SLA 50 ms', 150, {kind: 'target'})
  expect(textsOf([level('avg', 60), target]).names.map(({text}) => text)).toEqual(['SLA 50 ms'])
  const {names} = textsOf([level('avg', 60), level('p90', 100), target])
  expect(names.map(({text, isRule}) => [text, isRule])).toEqual([
    ['SLA 50 ms', true],
    ['avg', false],
    ['p90', false],
  ])
  expect(names.every(({x}) => x > SIZE.width * 0.8)).toBe(true)
})

test('marks that no line joins have no name at an end', () => {
  const marks = {...level('avg', 60), stroke: ''}
  expect(textsOf([marks, {...marks, series: {...marks.series, key: 'p90'}}]).names).toEqual([])
})

test('the name of a cliff keeps off a target at the top and off the right edge, and no line is named over it', () => {
  const cliff = {px: 200, text: 'cliff 20 s'}
  expect(textsOf([level('avg', 60)], cliff).cliff).toMatchObject({x: 204, anchor: 'start'})
  const target = level('objective 95 %', TITLED_MARGIN.top + 8, {kind: 'target'})
  const placed = textsOf([level('avg', 60), target], cliff).cliff
  expect(placed!.y).toBeGreaterThan(TITLED_MARGIN.top + 8 + 10)
  expect(textsOf([], {...cliff, px: 430}).cliff).toMatchObject({x: 426, anchor: 'end'})
  const below = level('p90', TITLED_MARGIN.top + 16)
  const nameOf = (at: number) =>
    textsOf([level('avg', 100), below], {...cliff, px: at}).names.find(({text}) => text === 'p90')!
  expect([nameOf(200).y < 24, nameOf(380).x < 380 || nameOf(380).y > 24]).toEqual([true, true])
})
