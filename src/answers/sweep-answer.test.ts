import {describe, expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import {parseAxis} from '../sweep/axis.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {answerFrontier} from './frontier-answer.ts'
import {rowOf} from './row-fixture.ts'
import {answerSweep} from './sweep-answer.ts'
import {tellSweep} from './tell-sweep.ts'

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
      'Cheapest that holds 95 %: planner.min_endpoint 3, with 97 % for 3 GPU-hours (mean TTFT 1 s); it holds in 2 of 3 phases.',
    )
  })

  test('that none holds it, and from where on more buys nothing', () => {
    const shares = [0.4, 0.7, 0.88, 0.884, 0.885]
    const rows = shares.map((sla_attainment, i) =>
      rowOf({id: `num_workers=${i + 1}`, axes: {num_workers: i + 1}, sla_attainment, gpu_hours: i + 1}),
    )
    expect(sweep(rows, ['num_workers'])).toEqual([
      'None of 5 points holds 95 %. Nearest is num_workers 5, with 89 % for 5 GPU-hours (mean TTFT 1 s).',
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

function axesOf(...texts: string[]) {
  return texts.map(text => {
    const axis = parseAxis(text)
    if (!axis.ok) throw new Error(axis.error.message)
    return axis.value
  })
}

function told(texts: readonly string[], rows: readonly FinishedRow[], prices = new Map<string, number>()) {
  const base = findPreset('guide-agg')!.scenario
  const {groups} = tellSweep({
    axes: axesOf(...texts),
    base,
    scenarios: [base],
    rows,
    repeatsOf: 'phase',
    prices,
  })
  return groups.flatMap(({sentences}) => sentences)
}

describe('GPUs of different prices', () => {
  const rows = [
    ['h100_sxm', 0.96, 4],
    ['b200_sxm', 0.97, 3],
  ].map(([gpu, sla_attainment, gpu_hours]) =>
    rowOf({
      id: `aic_system=${gpu}`,
      axes: {aic_system: gpu!},
      sla_attainment: Number(sla_attainment),
      gpu_hours: Number(gpu_hours),
      billed_gpu_hours: Number(gpu_hours) + 0.5,
    }),
  )

  test('are told one by one without prices, and that the KV cache is the same for all', () => {
    expect(told(['aic_system=h100_sxm,b200_sxm'], rows)).toEqual([
      'h100_sxm: cheapest that holds 95 %: GPU (aic_system) h100_sxm, with 96 % for 4 GPU-hours (mean TTFT 1 s).',
      'b200_sxm: cheapest that holds 95 %: GPU (aic_system) b200_sxm, with 97 % for 3 GPU-hours (mean TTFT 1 s).',
      'An hour of one GPU costs more than an hour of another: give each its price to compare them.',
      expect.stringMatching(/^The KV cache of every point is the same, [\d,]+ tokens/),
    ])
  })

  test('are chosen among by money with them', () => {
    const prices = new Map([
      ['h100_sxm', 2],
      ['b200_sxm', 5],
    ])
    expect(told(['aic_system=h100_sxm,b200_sxm'], rows, prices)[0]).toBe(
      'Cheapest that holds 95 %: GPU (aic_system) h100_sxm, with 96 % for 9 (4.5 billed GPU-hours at 2) (mean TTFT 1 s).',
    )
  })
})

describe('a sweep of the objective itself', () => {
  const points = (knob: string, shares: Readonly<Record<number, number>>) =>
    Object.entries(shares).map(([value, sla_attainment]) =>
      rowOf({id: `${knob}=${value}`, axes: {[knob]: Number(value)}, sla_attainment}),
    )

  test('says the strictest latency that is held', () => {
    const knob = 'objective.ttft_ms'
    expect(told([`${knob}=500,1000,2000`], points(knob, {500: 0.7, 1000: 0.96, 2000: 0.99}))).toEqual([
      'The strictest that is held: TTFT objective (objective.ttft_ms) 1000 ms. 96 % meet it, 95 % must.',
    ])
    expect(told([`${knob}=500,1000`], points(knob, {500: 0.7, 1000: 0.8}))).toEqual([
      'None of them is held, not even TTFT objective (objective.ttft_ms) 1000 ms: 80 % meet it, 95 % must.',
    ])
  })

  test('says the largest share that is held', () => {
    const knob = 'objective.share'
    expect(told([`${knob}=0.5,0.9,0.99`], points(knob, {0.5: 0.92, 0.9: 0.92, 0.99: 0.92}))).toEqual([
      'The strictest that is held: share of requests (objective.share) 0.9. 92 % meet it, 90 % must.',
    ])
  })
})

describe('a difference no larger than luck', () => {
  test('is said to be none: the repeats disagree about it', () => {
    const shares = {1: [0.5, 0.7, 0.6, 0.55, 0.65], 2: [0.65, 0.55, 0.7, 0.6, 0.62]}
    const rows = Object.entries(shares).flatMap(([value, repeats]) =>
      repeats.map((sla_attainment, repeat) =>
        rowOf({id: `planner.itl=${value}`, axes: {'planner.itl': Number(value)}, repeat, sla_attainment}),
      ),
    )
    expect(told(['planner.itl=1,2'], rows)[1]).toBe(
      'ITL target (planner.itl) makes no difference larger than luck: it moves the share by 2.0 points and the cost by 0 %, no more than the repeats differ.',
    )
  })
})
