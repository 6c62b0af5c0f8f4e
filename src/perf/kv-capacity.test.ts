import {expect, test} from 'vitest'
import {requestOf} from '../../test/golden/perf012/fixtures.ts'
import {computeKvCapacity, type KvCapacityInputs} from './kv-capacity.ts'

const ENGINE = {system: 'h200_sxm', backend: 'vllm', model: 'nvidia/Llama-3.1-8B-Instruct-FP8', tp: 1}
const INPUTS: KvCapacityInputs = {
  maxNumTokens: 8192,
  memoryFraction: 0.9,
  memoryFractionKind: 'of_total',
  blockSize: 16,
  cudaGraphBytes: 0,
  tolerance: null,
}

test('more memory, more blocks; a tolerance holds some back', () => {
  const blocks = (changes: Partial<KvCapacityInputs>) => {
    const result = computeKvCapacity(requestOf(ENGINE), {...INPUTS, ...changes})
    return result.ok ? result.value.numGpuBlocks : 0
  }
  expect(blocks({})).toBe(116997)
  expect(blocks({memoryFraction: 0.95})).toBeGreaterThan(blocks({}))
  expect(blocks({tolerance: 0.02})).toBeLessThan(blocks({}))
  expect(blocks({blockSize: 32})).toBe(Math.floor(116997 / 2))
})

test.each([
  [{model: 'meta-llama/Meta-Llama-3.1-405B'}, {}, 'leaves none for the KV cache'],
  [{}, {memoryFractionKind: 'of_free'}, 'is a share of total GPU memory'],
  [{backend: 'trtllm'}, {}, 'is a share of free GPU memory'],
  [{}, {memoryFraction: 1.5}, 'memory fraction must be'],
  [{}, {blockSize: 0}, 'block_size must be'],
  [{}, {maxNumTokens: 0}, 'max_num_tokens must be'],
  [{}, {tolerance: 1}, 'tolerance must be'],
  [{system: 'x'}, {}, 'unknown GPU system'],
] as const)('refuses %o %o', (engine, inputs, words) => {
  const result = computeKvCapacity(requestOf({...ENGINE, ...engine}), {...INPUTS, ...inputs})
  expect(result.ok ? '' : result.error.message).toContain(words)
})
