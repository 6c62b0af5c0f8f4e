import fc from 'fast-check'
import {expect, test} from 'vitest'
import {dynamoTicksOf} from '../../src/report/dynamo-ticks.ts'
import {computeCandidates} from '../../src/report/findings/compute-findings.ts'
import type {Finding} from '../../src/report/findings/finding.ts'
import {clock} from '../../src/report/findings/words.ts'
import type {RunResult} from '../../src/run/run.ts'
import {roomyArgs, traceLines} from '../laws/arbitrary.ts'
import {plannerConfig, type ReplayOptions, replay, scenarioOf} from '../laws/replay.ts'

/**
 * The law of findings: on any run, a stated number is the one that a slow and plain look at the recorded columns gives.
 */

const OBJECTIVE = {ttftMs: 40, itlMs: 7, share: 0.95}

const dense = traceLines({maxOwnTokens: 3000, spanMs: 8000})

test('every stated number equals the recorded columns', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(dense, roomyArgs, fc.boolean(), (lines, args, isPlanned) => {
      const planner = isPlanned ? plannerConfig({ttft: 40, itl: 7, max_gpu_budget: 3}) : null
      // Ten times as long, so that stretches of a minute exist.
      const options = {lines, args, planner, arrivalSpeedupRatio: 0.05}
      const {result} = replay(options)
      for (const finding of findingsOf(options, result)) {
        seen.add(finding.rule)
        check(finding, result)
      }
    }),
    {numRuns: 150, seed: 1},
  )
  // A law over nothing would hold, too.
  expect(seen.size).toBeGreaterThanOrEqual(4)
})

function findingsOf(options: ReplayOptions, result: RunResult): readonly Finding[] {
  const scenario = scenarioOf(options)
  const run = {scenario, objective: OBJECTIVE, record: result.engine, scaling: result.scaling}
  return computeCandidates(run).map(({finding}) => finding)
}

function check({rule, text, figures, from_s, to_s}: Finding, {engine, scaling}: RunResult): void {
  expect(from_s).toBeLessThanOrEqual(to_s)
  for (const [name, value] of Object.entries(figures)) expect(value, `${rule} ${name}`).not.toBeNaN()
  if (/^\d+:\d\d/.test(text)) expect(text.startsWith(clock(from_s))).toBe(true)
  const {requests, requestEvents} = engine
  const all = Array.from({length: requests.count}, (_, r) => r)
  const ttft = (r: number) => requests.firstTokenMs[r]! - requests.arrivalMs[r]!
  const gap = (r: number) =>
    requests.emittedTokens[r]! < 2
      ? 0
      : (requests.lastTokenMs[r]! - requests.firstTokenMs[r]!) / (requests.emittedTokens[r]! - 1)
  const misses = (r: number) => !(ttft(r) <= OBJECTIVE.ttftMs && gap(r) <= OBJECTIVE.itlMs)
  const between = (r: number) =>
    requests.arrivalMs[r]! >= from_s * 1000 && requests.arrivalMs[r]! < to_s * 1000
  const loadTicks = dynamoTicksOf(scaling).filter(tick => tick.is_load)
  switch (rule) {
    case 'bottleneck':
      expect(figures.missed).toBe(all.filter(misses).length)
      expect(figures.missed_ttft).toBe(all.filter(r => ttft(r) > OBJECTIVE.ttftMs).length)
      expect(figures.missed_itl).toBe(all.filter(r => gap(r) > OBJECTIVE.itlMs).length)
      break
    case 'planner-blind':
    case 'stuck-backlog':
      expect(figures.missed).toBe(all.filter(r => between(r) && misses(r)).length)
      break
    case 'preemption-thrash':
      expect(figures.preemptions).toBe(requestEvents.preemptions.length)
      expect(figures.requests).toBe(all.filter(r => requests.preemptions[r]! > 0).length)
      break
    case 'warm-up':
      expect(figures.early_missed).toBe(all.filter(r => between(r) && misses(r)).length)
      expect(figures.missed).toBe(all.filter(misses).length)
      break
    case 'every-instance-rule':
      expect(figures.load_ticks).toBe(loadTicks.filter(tick => tick.engines.length > 0).length)
      expect(figures.held_ticks).toBeLessThanOrEqual(figures.load_ticks!)
      break
    case 'over-provisioned':
      expect(figures.share_met).toBeCloseTo(all.filter(r => !misses(r)).length / all.length, 12)
      break
    case 'budget-reached':
      expect(figures.load_ticks).toBe(loadTicks.length)
      break
    case 'arrival-bursts':
      expect(figures.missed_share).toBeCloseTo(figures.missed_behind! / all.filter(misses).length, 12)
      break
    case 'oscillation':
      expect(figures.events).toBe(scaling?.scalingEvents.length)
      break
    default:
      break
  }
}
