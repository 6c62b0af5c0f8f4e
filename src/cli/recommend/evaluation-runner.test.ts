import {expect, test} from 'vitest'
import {defaultScenario} from '../../config/presets.ts'
import {ok} from '../../core/result.ts'
import type {Evaluation} from '../../search/evaluation.ts'
import type {SweepRow} from '../../sweep/points.ts'
import type {PointTask} from '../sweep/sweep-point.ts'
import type {PointPool} from '../sweep/sweep-pool.ts'
import {EvaluationRunner} from './evaluation-runner.ts'
import type {RecommendPlan} from './recommend-plan.ts'

const scenario = defaultScenario()
const named = (id: string): Evaluation => ({id, scenario, weight: 1, isPartial: false})

test('a run with two names is made once, also where its names are in batches that run side by side', async () => {
  const made: string[] = []
  const taskOf = ({id}: Evaluation) => ok({facts: {id: 'run', key: 'run', axes: {evaluation: id}}, scenario})
  const pool = {
    run: async (tasks: readonly PointTask[], onDone: (done: {row: SweepRow}) => void) => {
      await new Promise(resolve => setTimeout(resolve, 5))
      for (const {facts} of tasks) {
        made.push(String(facts.axes.evaluation))
        onDone({row: {...facts, digest: 'd', sla_attainment: 1, billed_gpu_hours: 2} as unknown as SweepRow})
      }
    },
  } as unknown as PointPool
  const runner = new EvaluationRunner({taskOf} as unknown as RecommendPlan, pool, 'no such folder')
  const settled: string[] = []
  const settle = (id: string) => settled.push(id)
  await Promise.all([
    runner.evaluate([named('today'), named('twin')], settle),
    runner.evaluate([named('candidate')], settle),
  ])
  expect(made).toEqual(['today'])
  expect(settled.sort()).toEqual(['candidate', 'today', 'twin'])
})
