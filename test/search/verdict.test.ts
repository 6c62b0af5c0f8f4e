/** What a search may say, on runs whose outcome is a formula: no engine, so that many searches can be gone through. */
import {expect, test} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../../src/config/presets.ts'
import {phaseShiftOf, plannerOf, poolsOf, type Scenario, scalingBy} from '../../src/config/scenario.ts'
import {ok} from '../../src/core/result.ts'
import {sha256OfText} from '../../src/core/sha256.ts'
import {recommend} from '../../src/search/answer/recommendation.ts'
import {tellRecommendation} from '../../src/search/answer/recommendation-text.ts'
import {type Evaluate, runSearch} from '../../src/search/run-search.ts'
import {Search} from '../../src/search/search.ts'
import {parseSpace} from '../../src/search/space.ts'
import {TimeLimit} from '../../src/search/time-limit.ts'
import type {PointFigures} from '../../src/sweep/points.ts'
import {Lanes} from '../../src/sweep/schedule/lanes.ts'

const BASE: Scenario = {
  ...defaultScenario(),
  scaling: scalingBy(
    plannerConfigWith('agg', {
      optimization_target: 'sla',
      ttft: 1500,
      itl: 50,
      enable_throughput_scaling: false,
      enable_load_scaling: true,
      load_adjustment_interval: 10,
      decode_engine_num_gpu: 1,
      max_gpu_budget: 8,
    }),
  ),
}
const SPAN_MS = 3_600_000

/** How one made-up fleet serves: replicas it needs for nine of ten requests, and what a phase may move, in points of share. */
interface World {
  readonly needed: number
  readonly luck: number
  /** What the planner's target adds to the fleet between floor and ceiling: the tighter, the more. */
  readonly eager: number
}

/** Between floor and ceiling the planner adds for a tight target; where both are the same, no other knob does anything. */
function figuresOf(scenario: Scenario, {needed, luck, eager}: World): PointFigures {
  const planner = plannerOf(scenario)
  const [[, {initialWorkers}]] = poolsOf(scenario.fleet) as [ReturnType<typeof poolsOf>[number]]
  const least = planner?.min_endpoint ?? initialWorkers
  const most = planner === null ? least : Math.max(planner.max_gpu_budget, least)
  const wished = planner === null ? least : needed - 1 + (eager * 1000) / planner.ttft
  const replicas = Math.min(Math.max(wished, least), most)
  const isMoving = most > least
  const phase = isMoving ? phaseShiftOf(scenario) / (planner?.load_adjustment_interval ?? 1) : 0
  const chance = Math.sin(100 * phase + 10 * replicas) * luck
  const share = Math.min(0.9 + 0.03 * (replicas - needed) + 0.001 + chance, 1)
  const gpu_hours = (replicas * SPAN_MS) / 3_600_000
  const digest = sha256OfText(JSON.stringify([replicas, share, isMoving]))
  return {
    sla_attainment: share,
    gpu_hours,
    billed_gpu_hours: gpu_hours,
    duration_ms: SPAN_MS,
    digest,
  } as PointFigures
}

const SPACE = {
  'planner.min_endpoint': [1, 2, 3, 4, 5, 6, 8],
  'planner.max_gpu_budget': [2, 3, 4, 5, 6, 8, 12],
  'planner.ttft': [300, 500, 900, 1500, 3000],
  'planner.load_scaling_down_sensitivity': [50, 65, 80, 95],
  'planner.load_adjustment_interval': [5, 10, 20, 40],
}
const WITHOUT_CEILING = Object.fromEntries(
  Object.entries(SPACE).filter(([knob]) => knob !== 'planner.max_gpu_budget'),
)

async function searched(
  world: World,
  budget: number,
  seed: number,
  given: object = SPACE,
  limits: {readonly mostCost?: number; readonly runs?: number} = {},
) {
  const space = parseSpace(given)
  if (!space.ok) throw new Error(space.error.message)
  const {runs, ...most} = limits
  const search = new Search({
    ...{base: BASE, objective: {ttftMs: 1500, itlMs: 50, share: 0.9}, space: space.value, budget, seed},
    ...{phases: 5, windows: [], prices: {}, ...most},
  })
  // A clock that only runs move, one unit each.
  let now = 0
  const time = runs === undefined ? undefined : new TimeLimit(runs / 1000, () => now)
  const evaluate: Evaluate = async (evaluations, settle) => {
    for (const {id, scenario, weight} of evaluations) {
      if (time?.isOver) return
      now++
      time?.made(weight)
      settle(id, ok(figuresOf(scenario, world)))
    }
  }
  const end = await runSearch(search, evaluate, time === undefined ? {} : {time})
  return {search, results: end.results, answer: recommend(search, end.results, end.reason)}
}

const WORLDS: readonly World[] = [1, 4, 7].flatMap(needed =>
  [0, 0.02].flatMap(luck => [0, 0.6, 2].map(eager => ({needed, luck, eager}))),
)

test.each([
  {budget: 3, seed: 0},
  {budget: 20, seed: 1},
  {budget: 60, seed: 2},
])(
  'never says of what holds that it does not, with a budget of $budget and seed $seed',
  async ({budget, seed}) => {
    for (const world of WORLDS) {
      for (const given of [SPACE, WITHOUT_CEILING]) {
        const {search, results, answer} = await searched(world, budget, seed, given)
        const told = tellRecommendation(answer).join(' ')
        expect(search.spent(results).weight).toBeLessThanOrEqual(budget)
        const verified = answer.tried.filter(({holds, needed}) => holds.of === needed)
        const holding = verified.filter(({share}) => share >= answer.objective.share)
        expect(answer.best === null).toBe(holding.length === 0)
        for (const one of holding) expect(answer.best!.gpuHours).toBeLessThanOrEqual(one.gpuHours * 1.001)
        if (told.startsWith('None of'))
          for (const {share} of answer.tried) expect(share).toBeLessThan(answer.objective.share)
        if (answer.nearest !== null) expect(answer.nearest.share).toBeLessThan(answer.objective.share)
        if (answer.unverified !== null) expect(told).toContain('may hold')
      }
    }
  },
)

test('is never dearer than the best fixed fleet where floor and ceiling can be the same', async () => {
  for (const world of WORLDS) {
    const {answer} = await searched(world, 60, 1)
    expect(answer.fixed).not.toBeNull()
    // No floor of seven is in the space.
    const known = world.needed === 7 ? 8 : answer.fixed!.gpuHours
    expect(answer.best?.gpuHours ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(known * 1.0001)
  }
})

test('a lucky first run is not recommended, and what the luckiest take leaves enough for the next', async () => {
  for (const needed of [2, 4, 5]) {
    const {answer} = await searched({needed, luck: 0.02, eager: 1}, 60, 0, WITHOUT_CEILING)
    expect(answer.best!.holds.of).toBe(5)
    expect(answer.best!.holds.in).toBeGreaterThanOrEqual(3)
  }
})

test('settings that differ in what does nothing are not run one by one', async () => {
  // Of a planner that adds nothing beyond its floor only the floor matters: 7 of 560 settings.
  const {answer, results} = await searched({needed: 5, luck: 0, eager: 0}, 200, 0, WITHOUT_CEILING)
  expect(answer.best!.values['planner.min_endpoint']).toBe(5)
  expect(results.size).toBeLessThan(60)
})

test('an answer may cost so much: what is dearer is none, and the largest share for that is told', async () => {
  for (const needed of [2, 5]) {
    const world = {needed, luck: 0, eager: 0}
    const free = (await searched(world, 60, 0, WITHOUT_CEILING)).answer
    const cost = free.best!.billedGpuHours
    const same = (await searched(world, 60, 0, WITHOUT_CEILING, {mostCost: cost})).answer
    expect(same.best!.billedGpuHours).toBe(cost)
    const {answer} = await searched(world, 60, 0, WITHOUT_CEILING, {mostCost: cost - 0.5})
    expect(answer.best).toBeNull()
    expect(answer.unverified).toBeNull()
    // The largest fleet of those that cost so little.
    expect(answer.nearest).toMatchObject({billedGpuHours: needed - 1, holds: {of: 5}})
    // One replica is the floor as it is today, which is not said.
    const floor = needed === 2 ? '' : `fewest replicas per pool (min_endpoint) ${needed - 1}, `
    expect(tellRecommendation(answer)[0]).toContain(
      `for ${cost - 0.5} GPU-hours at the most; the largest share for that has ${floor}`,
    )
  }
})

test('where nothing costs so little the cheapest is told', async () => {
  const {answer} = await searched({needed: 3, luck: 0, eager: 0}, 60, 0, WITHOUT_CEILING, {mostCost: 0.5})
  expect(answer.best).toBeNull()
  // The made-up planner goes no lower than one below what is needed.
  expect(answer.nearest!.billedGpuHours).toBe(2)
  expect(tellRecommendation(answer)[0]).toContain('the cheapest is')
})

test('when the time is over a search ends with what is verified by then, and a second such time goes on', async () => {
  const world = {needed: 4, luck: 0.02, eager: 0.6}
  const whole = await searched(world, 200, 0, WITHOUT_CEILING)
  for (const runs of [12, 25, 40]) {
    const {search, results, answer} = await searched(world, 200, 0, WITHOUT_CEILING, {runs})
    expect(search.spent(results).weight).toBeLessThanOrEqual(runs)
    expect(answer.reason).toBe('time')
    if (runs >= 40) expect(answer.best).not.toBeNull()
  }
  const enough = await searched(world, 200, 0, WITHOUT_CEILING, {runs: 4000})
  expect(enough.answer.best!.id).toBe(whole.answer.best!.id)
})

/** Time that passes only while everybody sleeps. */
class SleepingClock {
  nowMs = 0
  readonly #sleepers: {readonly untilMs: number; readonly wake: () => void}[] = []

  sleep(ms: number): Promise<void> {
    return new Promise(wake => {
      this.#sleepers.push({untilMs: this.nowMs + ms, wake})
    })
  }

  async passUntil(end: Promise<unknown>): Promise<void> {
    let isOver = false
    void end.finally(() => {
      isOver = true
    })
    for (;;) {
      await new Promise(setImmediate)
      if (isOver) return
      this.#sleepers.sort((a, b) => a.untilMs - b.untilMs)
      const next = this.#sleepers.shift()
      if (next === undefined) continue
      this.nowMs = next.untilMs
      next.wake()
    }
  }
}

test('what is run does not depend on how many run it or who is first, and two workers hardly ever wait', async () => {
  const world = {needed: 4, luck: 0.02, eager: 0.6}
  const space = parseSpace(SPACE)
  if (!space.ok) throw new Error(space.error.message)
  const problem = {
    ...{
      base: BASE,
      objective: {ttftMs: 1500, itlMs: 50, share: 0.9},
      space: space.value,
      budget: 90,
      seed: 3,
    },
    ...{phases: 5, windows: [], prices: {}},
  }
  const asked: string[] = []
  for (const workers of [1, 2, 5]) {
    const clock = new SleepingClock()
    const lanes = new Lanes(workers, () => clock.nowMs)
    const evaluate: Evaluate = (evaluations, settle) =>
      lanes.run(
        evaluations.map(({id, scenario}, i) => async () => {
          // Some take three times as long as others.
          await clock.sleep(1 + ((7 * i + id.length) % 5) / 2)
          settle(id, ok(figuresOf(scenario, world)))
        }),
      )
    const end = runSearch(new Search(problem), evaluate)
    await clock.passUntil(end)
    asked.push([...(await end).results.keys()].join('\n'))
    if (workers === 2) expect(lanes.use.busyMs / lanes.use.availableMs).toBeGreaterThan(0.92)
  }
  expect(asked[0]!.split('\n').length).toBeGreaterThan(60)
  expect(new Set(asked).size).toBe(1)
})
