import {expect, test} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {memoryVerdict} from './memory-verdict.ts'

function generated(request_count: number, change: Partial<Scenario> = {}): Scenario {
  const synthetic = {
    request_count,
    ...{input_tokens: 200, output_tokens: 8, arrival_interval_ms: 5, turns_per_session: 1},
    ...{shared_prefix_ratio: 0, num_prefix_groups: 0, inter_turn_delay_ms: 0},
  }
  return {...defaultScenario(), scaling: {policy: 'fixed'}, synthetic, ...change}
}

test('requests that a run does not keep need no room', () => {
  const {message = ''} = memoryVerdict(generated(10_000_000), null, 8) as {readonly message?: string}
  expect(message).not.toMatch(/needs about [\d.]+ GiB/)
  expect(memoryVerdict(generated(20_000_000, {drainLimitS: 60}), null, 8).kind).toBe('refused')
})
