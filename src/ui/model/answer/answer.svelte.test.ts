import {afterEach, expect, test, vi} from 'vitest'
import {rowOf} from '../../../answers/row-fixture.ts'
import {findPreset} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {ok, type Result} from '../../../core/result.ts'
import {PointStore} from '../../../store/point-store.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {FinishedRun} from '../run/run.svelte.ts'
import {AnswerState} from './answer.svelte.ts'
import {KnownPoints} from './known-points.ts'

const FILES = {trace: null, profile: null}

function finished(): FinishedRun {
  const figures = rowOf({sla_attainment: 0.5})
  const planner_replay = {...figures, trace_sha256: 'aa'}
  return {
    scenario: findPreset('guide-agg')!.scenario,
    outcome: {result: {report: {...figures, planner_replay}, planner: null}, candidates: []},
  } as unknown as FinishedRun
}

function setUp() {
  const asked: {readonly scenario: Scenario; readonly signal: AbortSignal; answer: () => void}[] = []
  const run = ({scenario}: {readonly scenario: Scenario}, signal: AbortSignal) =>
    new Promise<Result<PointFigures>>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      asked.push({scenario, signal, answer: () => resolve(ok(rowOf({sla_attainment: 0.6})))})
    })
  // Without IndexedDB: what is known lasts as long as the page.
  const answers = new AnswerState({spare: {run}, known: new KnownPoints(new PointStore()), waitMs: 0})
  return {answers, asked}
}

afterEach(() => vi.unstubAllGlobals())

test('a result is repeated at four other phases of the planner, and told once they are there', async () => {
  const {answers, asked} = setUp()
  answers.follow(finished(), FILES)
  await vi.waitFor(() => expect(asked).toHaveLength(4))
  expect(answers.answer?.spread ?? null).toBeNull()
  for (const each of asked) each.answer()
  await vi.waitFor(() => expect(answers.phase).toEqual({kind: 'done', varies: true}))
  expect(answers.answer?.spread).toMatchObject({
    of: 'phase',
    runs: 5,
    figures: {sla_attainment: {min: 0.5, max: 0.6}},
  })
})

test('it leaves the workers to what is asked next, and then asks only for what it does not know', async () => {
  const {answers, asked} = setUp()
  const run = finished()
  answers.follow(run, FILES)
  await vi.waitFor(() => expect(asked).toHaveLength(4))
  asked[0]!.answer()
  await vi.waitFor(() => expect(answers.answer?.spread?.runs).toBe(2))
  answers.pause()
  expect(asked.every(({signal}) => signal.aborted)).toBe(true)
  expect(answers.phase).toEqual({kind: 'idle'})
  answers.follow(run, FILES)
  await vi.waitFor(() => expect(asked).toHaveLength(7))
  expect(answers.answer?.spread?.runs).toBe(2)
})

test('what the user stopped stays stopped until he goes on; switched off, nothing is asked', async () => {
  const {answers, asked} = setUp()
  const run = finished()
  answers.follow(run, FILES)
  await vi.waitFor(() => expect(asked).toHaveLength(4))
  answers.stop()
  answers.follow(run, FILES)
  expect(answers.phase).toEqual({kind: 'stopped'})
  answers.resume()
  await vi.waitFor(() => expect(asked).toHaveLength(8))
  answers.isOn = false
  expect([answers.phase.kind, answers.answer]).toEqual(['off', null])
  answers.follow(finished(), FILES)
  expect(answers.phase.kind).toBe('off')
  expect(asked).toHaveLength(8)
})
