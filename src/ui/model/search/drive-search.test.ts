import {expect, test} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import {ok, type Result} from '../../../core/result.ts'
import type {Evaluation} from '../../../search/evaluation.ts'
import {PointStore} from '../../../store/point-store.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {RunPool} from '../../../worker/pool.ts'
import type {SearchRequest} from '../../../worker/protocol.ts'
import {type DrivenSearch, driveSearch} from './drive-search.ts'
import type {PlannedRun, SearchPlan} from './planned-run.ts'

const scenario = defaultScenario()
const plan = {
  base: {scenario, traceSha256: 'abc', traceBlob: null, profile: null, profileSha256: null},
  ...{problem: {}, size: 1, timeLimitS: null},
} as unknown as SearchPlan
const FIGURES = {duration_ms: 1, num_requests: 9, digest: 'd', sla_attainment: 1} as unknown as PointFigures
const named = (id: string): Evaluation => ({id, scenario, weight: 1, isPartial: false})
/** With something verified no one asks why nothing holds. */
const answer = {best: {}, nearest: null, unverified: null, tried: []}

/** Asks for one run under two names, the second before the first is over. */
async function drive(store: PointStore) {
  const made: string[] = []
  const problems: string[] = []
  let known: SearchRequest['results'] = []
  const pool = {
    runMany: async (
      tasks: readonly PlannedRun[],
      {onOutcome}: {onOutcome: (task: PlannedRun, outcome: Result<PointFigures>) => void},
    ) => {
      await new Promise(resolve => setTimeout(resolve, 5))
      for (const task of tasks) {
        made.push(task.facts.id)
        onOutcome(task, ok(FIGURES))
      }
    },
  } as unknown as RunPool
  const steps = [
    {kind: 'run', evaluations: [named('today'), named('twin of today')]},
    {kind: 'run', evaluations: [named('candidate')]},
    {kind: 'wait'},
    {kind: 'done', reason: 'settled'},
  ]
  const brain = {
    searchStep: async ({results}: SearchRequest) => {
      known = results
      return ok({step: steps.shift(), answer, effects: []})
    },
  } as unknown as DrivenSearch['brain']
  await driveSearch(plan, {
    ...{pool, store, brain, known: new Map(), signal: new AbortController().signal},
    onAdvance: () => {},
    onBatch: () => {},
    onWhy: () => {},
    onUnkept: problem => problems.push(problem),
  })
  return {made, problems, known: known.map(([id]) => id)}
}

test('a run with two names is made once, also where its names are in neighbouring batches', async () => {
  const {made, known} = await drive(new PointStore(() => () => Promise.resolve([]) as never))
  expect(made).toEqual(['today'])
  expect(known).toEqual(['today', 'twin of today', 'candidate'])
})

test('says when a finished run could not be kept', async () => {
  const full = () => () => Promise.reject(new DOMException('no', 'QuotaExceededError'))
  const {problems} = await drive(new PointStore(full))
  expect(problems).toEqual([expect.stringMatching(/storage for this site is full/)])
})
