import {expect, test} from 'vitest'
import {parseEngineArgs16} from '../../src/config/engine/release-1.6/parse-engine-args.ts'
import type {PoolSpec, Scenario} from '../../src/config/scenario.ts'
import {loadLaterParts} from '../../src/run/later-parts.ts'
import {readTrace, replayScenario, scenarioOf} from './replay.ts'

const later = await loadLaterParts({...scenarioOf({lines: []}), release: '1.6.1'})

function poolOf(role: 'prefill' | 'decode', backend: string, longest: number): PoolSpec {
  const engine = {backend, worker_type: role, timing_model: {type: 'polynomial'}, max_model_len: longest}
  const parsed = parseEngineArgs16({engine}, {flag: role})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return {args: parsed.value.args, initialWorkers: 1, gpusPerInstance: null}
}

test.each(['vllm', 'sglang', 'trtllm'])(
  'prompts that prefill instances on %s turn away leave those between them unharmed',
  backend => {
    const lines = Array.from({length: 20}, (_, i) => ({
      timestamp: i * 100,
      input_length: i % 2 === 0 ? 60 : 120,
      output_length: 30,
      hash_ids: [3 * i, 3 * i + 1].slice(0, 1 + (i % 2)),
    }))
    const scenario: Scenario = {
      ...scenarioOf({lines}),
      release: '1.6.1',
      fleet: {
        topology: 'disagg',
        prefill: poolOf('prefill', backend, 100),
        decode: poolOf('decode', backend, 2000),
      },
    }
    const {requests} = replayScenario(scenario, readTrace({lines}), {later}).result.engine
    expect([...requests.status!]).toEqual(lines.map(({input_length}) => (input_length > 100 ? 2 : 1)))
    expect([...requests.emittedTokens]).toEqual(lines.map(({input_length}) => (input_length > 100 ? 0 : 30)))
  },
)
