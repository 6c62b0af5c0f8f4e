import {expect, it} from 'vitest'
import {parseMooncake} from '../trace/formats/mooncake.ts'
import {computePrompts} from './prompts.ts'

function workloadOf(hashIds: readonly number[]) {
  const text = JSON.stringify({
    timestamp: 0,
    input_length: 512 * hashIds.length,
    output_length: 2,
    hash_ids: hashIds,
  })
  const parsed = parseMooncake(text, {fileName: 'test.jsonl', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

it('gives the runs on one workload the same prompts, by block size, and another workload its own', () => {
  const workload = workloadOf([7, 8])
  const prompts = computePrompts(workload, 512)
  expect(computePrompts(workload, 512)).toBe(prompts)
  expect(computePrompts(workload, 256).blocks).toHaveLength(4)
  expect(computePrompts(workload, 128).blocks).toHaveLength(8)
  expect(computePrompts(workload, 512)).toEqual(prompts)
  expect(computePrompts(workloadOf([7, 8, 9]), 512).blocks).toHaveLength(3)
})
