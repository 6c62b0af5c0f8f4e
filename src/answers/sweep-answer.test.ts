import {describe, expect, test} from 'vitest'
import type {FinishedRow} from '../sweep/points.ts'
import {answerFrontier} from './frontier-answer.ts'
import {rowOf} from './row-fixture.ts'
import {answerSweep} from './sweep-answer.ts'

const sweep = (rows: readonly FinishedRow[], knobs: readonly string[]) =>
  answerSweep({rows, knobs, share: 0.95, repeatsOf: 'phase'})

describe('what a sweep says', () => {
  test('the cheapest point that holds the objective, by medians and in how many phases', () => {
    const rows = [2, 3, 4].flatMap(least =>
      [0, 1, 2].map(repeat =>
        rowOf({
          id: `planner.min_endpoint=${least}`,
          axes: {'planner.min_endpoint': least},
          repeat,
          // One lucky run of the smallest fleet holds it, and one unlucky run of the next does not.
          sla_attainment:
            least === 2 ? (repeat === 0 ? 0.99 : 0.5) : least === 3 && repeat === 0 ? 0.9 : 0.97,
          gpu_hours: least,
        }),
      ),
    )
    expect(sweep(rows, ['planner.min_endpoint'])[0]).toBe(
      'Cheapest that holds 95 %: planner.min_endpoint=3, with 97 % for 3 GPU-hours (mean TTFT 1 s); it holds in 2 of 3 planner phases.',
    )
  })

  test('that none holds it, and from where on more buys nothing', () => {
    const shares = [0.4, 0.7, 0.88, 0.884, 0.885]
    const rows = shares.map((sla_attainment, i) =>
      rowOf({id: `num_workers=${i + 1}`, axes: {num_workers: i + 1}, sla_attainment, gpu_hours: i + 1}),
    )
    expect(sweep(rows, ['num_workers'])).toEqual([
      'None of 5 points holds 95 %. Nearest is num_workers=5, with 89 % for 5 GPU-hours (mean TTFT 1 s).',
      'Beyond num_workers 3 nothing is gained: 88 % there, 89 % for 2 GPU-hours more.',
    ])
  })

  test('which knob matters and which does not', () => {
    const rows = [1, 2].flatMap(a =>
      [20, 80].map(b =>
        rowOf({id: `a=${a},b=${b}`, axes: {a, b}, sla_attainment: a === 1 ? 0.5 : 0.8, gpu_hours: a}),
      ),
    )
    expect(sweep(rows, ['b', 'a']).slice(1)).toEqual([
      'a moves the share by 30 points and the cost by 100 %, the other knob staying.',
      'b does not matter here: it moves the share by 0.0 points and the cost by 0 %.',
    ])
  })
})

const frontier = (rows: readonly FinishedRow[]) =>
  answerFrontier({rows, share: 0.95, repeatsOf: 'phase', plannerKnob: 'planner'})

describe('the planner against fixed fleets', () => {
  const fleet = (workers: number, sla_attainment: number, gpu_hours: number) =>
    rowOf({
      id: `planner=off,num_workers=${workers}`,
      axes: {planner: 'off', num_workers: workers},
      sla_attainment,
      gpu_hours,
      total_ticks: 0,
    })
  const planned = (sla_attainment: number, gpu_hours: number) =>
    rowOf({id: 'planner=on', axes: {planner: 'on'}, sla_attainment, gpu_hours, total_ticks: 300})

  test('a fleet of three that serves 24 points more for half a percent more beats it', () => {
    const rows = [fleet(2, 0.47, 2), fleet(3, 0.714, 2.955), planned(0.477, 2.94)]
    const answer = frontier(rows)
    expect(answer[0]).toBe(
      'A fixed fleet beats the planner here: the fixed fleet with num_workers 3 serves 71 % for 2.96 GPU-hours (mean TTFT 1 s), the planner 48 % for 2.94 GPU-hours (mean TTFT 1 s).',
    )
    expect(answer[1]).toBe(
      'For about the planner’s cost or less (2.96 GPU-hours against 2.94 GPU-hours) the fixed fleet with num_workers 3 serves 71 %, 24 points more than the planner’s 48 %.',
    )
  })

  test('it is better where every fleet as good costs more', () => {
    const rows = [fleet(2, 0.6, 2), fleet(3, 0.96, 4), planned(0.96, 2.5)]
    const answer = frontier(rows)
    expect(answer[0]).toContain('The planner beats every fixed fleet tried')
    expect(answer[2]).toBe(
      'The cheapest that serves as much is the fixed fleet with num_workers 3 with 4 GPU-hours: 60 % more than the planner.',
    )
    expect(answer[3]).toBe('Cheapest of all that holds 95 %: the planner with 2.5 GPU-hours.')
  })
})
