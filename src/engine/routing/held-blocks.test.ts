import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {internBlocks} from '../../trace/blocks.ts'
import {parseMooncake} from '../../trace/formats/mooncake.ts'
import {computePromptPaths} from '../../trace/prompt-paths.ts'
import type {Workload} from '../../trace/workload.ts'
import {HeldBlocks} from './held-blocks.ts'

interface Prompt {
  readonly hashIds: readonly number[]
  readonly inputLength: number
}

function workloadOf(prompts: readonly Prompt[], traceBlockSize: number): Workload {
  const lines = prompts.map(({hashIds, inputLength}) =>
    JSON.stringify({timestamp: 0, input_length: inputLength, output_length: 1, hash_ids: hashIds}),
  )
  const result = parseMooncake(lines.join('\n'), {fileName: 'f', traceBlockSize, arrivalSpeedupRatio: 1})
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** Every block by its identity. */
function blocksOf(workload: Workload, blockSize: number): readonly (readonly number[])[] {
  const {blocks, blockStart} = internBlocks(workload, blockSize)
  return Array.from({length: workload.requestCount}, (_, request) => [
    ...blocks.subarray(blockStart[request]!, blockStart[request + 1]!),
  ])
}

const prompt = fc.record({
  hashIds: fc.array(fc.nat(2), {minLength: 1, maxLength: 6}),
  inputLength: fc.integer({min: 1, max: 60}),
})
const size = fc.integer({min: 1, max: 14})

describe('HeldBlocks', () => {
  it('counts as listing every block would, whatever the block sizes and the order of coming and going', () => {
    fc.assert(
      fc.property(
        fc.array(prompt, {minLength: 1, maxLength: 10}),
        fc.array(fc.nat(9), {maxLength: 40}),
        size,
        size,
        (prompts, moves, traceBlockSize, blockSize) => {
          const workload = workloadOf(prompts, traceBlockSize)
          const blocks = blocksOf(workload, blockSize)
          const held = new HeldBlocks(computePromptPaths(workload, blockSize))
          const present = new Set<number>()
          for (const move of moves) {
            const request = move % prompts.length
            if (present.delete(request)) held.remove(request)
            else {
              present.add(request)
              held.add(request)
            }
            const distinct = new Set([...present].flatMap(each => blocks[each]!))
            expect(held.count).toBe(distinct.size)
            blocks.forEach((own, each) => {
              const leading = own.findIndex(block => !distinct.has(block))
              expect(held.missing(each)).toBe(leading < 0 ? 0 : own.length - leading)
            })
          }
        },
      ),
      {numRuns: 300},
    )
  })
})
