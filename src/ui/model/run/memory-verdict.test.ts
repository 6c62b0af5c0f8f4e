import {expect, test} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import type {TraceInfo} from '../../../worker/protocol.ts'
import {memoryVerdict} from './memory-verdict.ts'
import {tellSketched} from './tell-sketched.ts'

function generated(request_count: number, change: Partial<Scenario> = {}): Scenario {
  const synthetic = {
    request_count,
    ...{input_tokens: 200, output_tokens: 8, arrival_interval_ms: 5, turns_per_session: 1},
    ...{shared_prefix_ratio: 0, num_prefix_groups: 0, inter_turn_delay_ms: 0},
  }
  return {...defaultScenario(), scaling: {policy: 'fixed'}, synthetic, ...change}
}

const SESSIONS: Partial<Scenario> = {
  synthetic: {...generated(2_000_000).synthetic!, turns_per_session: 10},
}

test('requests that a run does not keep need no room', () => {
  const {message = ''} = memoryVerdict(generated(10_000_000), null, 8) as {readonly message?: string}
  expect(message).not.toMatch(/needs about [\d.]+ GiB/)
  expect(memoryVerdict(generated(20_000_000, {drainLimitS: 60}), null, 8).kind).toBe('refused')
})

test('neither do those of a file that is read again, which its sweep says', () => {
  const lengths = {mean: 200}
  const statistics = {requests: 20_000_000, inputTokens: lengths, outputTokens: lengths, durationMs: 1e8}
  const kept = {statistics, sizeBytes: 4e8} as unknown as TraceInfo
  const streamed: TraceInfo = {...kept, streamed: 'lengths'}
  const scenario: Scenario = {...defaultScenario(), scaling: {policy: 'fixed'}}
  const points = {points: [{scenario}]}
  expect(memoryVerdict(scenario, streamed, 8).kind).not.toBe('refused')
  expect(tellSketched(points, streamed).join()).toContain('Points of more than 1,000,000 requests')
  expect(memoryVerdict({...scenario, drainLimitS: 60}, streamed, 8).kind).toBe('refused')
  expect(tellSketched({points: [{scenario: {...scenario, drainLimitS: 60}}]}, streamed)).toEqual([])
  expect(memoryVerdict(scenario, kept, 8).kind).toBe('refused')
  expect(tellSketched(points, kept)).toEqual([])
})

test('sessions are not kept either, but where all of them begin at once', () => {
  const lengths = {mean: 200}
  const statistics = {
    ...{requests: 20_000_000, sessions: 2_000_000, inputTokens: lengths, outputTokens: lengths},
    durationMs: 1e8,
  }
  const info = {statistics, sizeBytes: 4e8, streamed: 'sessions'} as unknown as TraceInfo
  const scenario: Scenario = {...defaultScenario(), scaling: {policy: 'fixed'}}
  const looped: Scenario = {...scenario, replayConcurrency: 32}
  expect(memoryVerdict(scenario, info, 8).kind).not.toBe('refused')
  expect(memoryVerdict(looped, info, 8).kind).toBe('refused')
  expect(tellSketched({points: [{scenario: looped}]}, info)).toEqual([])
  expect(memoryVerdict({...looped, release: '1.6.1'}, info, 8).kind).not.toBe('refused')
  expect(memoryVerdict(generated(2_000_000, SESSIONS), null, 8).kind).not.toBe('refused')
})
