import {describe, expect, test} from 'vitest'
import type {ObjectiveChanges} from '../report/comparison/objective-changes.ts'
import type {PointFigures} from '../sweep/points.ts'
import {type CompareQuestion, tellComparison} from './compare-answer.ts'
import {rowOf} from './row-fixture.ts'

const side = (name: string, ...runs: Partial<PointFigures>[]) => ({name, runs: runs.map(rowOf)})
const shares = (name: string, gpu_hours: number, ...values: number[]) =>
  side(name, ...values.map(sla_attainment => ({sla_attainment, gpu_hours})))

function tell(question: Partial<CompareQuestion> & Pick<CompareQuestion, 'first' | 'second'>) {
  return tellComparison({
    objective: {ttftMs: 1500, itlMs: 50, share: 0.95},
    of: 'phase',
    varies: true,
    changes: null,
    ...question,
  })
}

const CHANGES: ObjectiveChanges = {
  compared: 23_608,
  lost: 100,
  won: 5700,
  causes: {queue: 70, prefill: 20, gaps: 10},
  lostFromS: 369,
  lostToS: 2750,
}

describe('the verdict of a comparison', () => {
  test('names what serves more, by how much, in how many phases, and for whom', () => {
    const first = shares('A', 2.94, 0.477, 0.52, 0.55, 0.53, 0.62)
    const second = shares('B', 2.95, 0.714, 0.71, 0.715, 0.712, 0.714)
    expect(tell({first, second, changes: CHANGES})).toEqual([
      'B serves 18 points more than A at about the same cost: 71 % of requests against 53 % meet the objective (mean TTFT 1 s ' +
        'against 1 s), 2.95 GPU-hours against 2.94; so in 5 of 5 phases.',
      'Of 23,608 requests 5,700 are in time in B only and 100 in A only; of these 100, 70 % wait longer for admission in B, ' +
        'most of them arriving from 6:09 to 45:50.',
    ])
  })

  test('calls what is smaller than the spread about the same', () => {
    const first = shares('A', 2, 0.5, 0.7, 0.6, 0.55, 0.65)
    const second = shares('B', 2.01, 0.65, 0.55, 0.7, 0.6, 0.62)
    expect(tell({first, second})[0]).toMatch(/^B and A are about the same: 62 % of requests against 60 %/)
  })

  test('prefers neither sample of one setting, however they differ', () => {
    const [first, second] = [shares('A', 2, 0.5, 0.51, 0.52), shares('B', 2, 0.7, 0.71, 0.72)]
    expect(tell({first, second, isOneSetting: true})[0]).toMatch(
      /^B and A are the same setting, sampled twice, and what they differ by is luck: 71 % of requests against 51 %/,
    )
  })

  test('says what more of it costs', () => {
    const first = shares('A', 2, 0.5, 0.51, 0.52)
    const second = shares('B', 4, 0.7, 0.71, 0.72)
    expect(tell({first, second})[0]).toMatch(/^B serves 20 points more than A for 100 % more cost/)
  })

  test('prefers the cheaper of two that hold the objective, though the other serves more', () => {
    const first = shares('A', 4, 0.99, 0.99, 0.99)
    const second = shares('B', 3, 0.96, 0.96, 0.96)
    expect(tell({first, second})[0]).toMatch(
      /^B is better: it costs 25 % less than A, and both hold the objective; .*; so in 3 of 3 phases\.$/,
    )
  })

  test('does not tell luck from one run, and says where there is none', () => {
    const [first, second] = [shares('A', 2, 0.5), shares('B', 2, 0.7)]
    expect(tell({first, second})[0]).toContain('; whether that is luck one run cannot tell.')
    expect(tell({first, second, varies: false})[0]).toContain('; nothing here depends on luck.')
  })
})
