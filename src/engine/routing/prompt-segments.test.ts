import fc from 'fast-check'
import {expect, test} from 'vitest'
import {parseMooncake} from '../../trace/formats/mooncake.ts'
import {computePrompts} from '../prompts.ts'
import {PromptSegments} from './prompt-segments.ts'

const prompt = fc.record({
  hashIds: fc.array(fc.nat(2), {minLength: 1, maxLength: 6}),
  inputLength: fc.integer({min: 1, max: 60}),
})
const size = fc.integer({min: 1, max: 14})

test('every prompt is made of whole segments, first those that others have, too, and blocks are told apart by them alone', () => {
  fc.assert(
    fc.property(
      fc.array(prompt, {minLength: 1, maxLength: 10}),
      size,
      size,
      (prompts, traceBlockSize, blockSize) => {
        const lines = prompts.map(({hashIds, inputLength}) =>
          JSON.stringify({timestamp: 0, input_length: inputLength, output_length: 1, hash_ids: hashIds}),
        )
        const result = parseMooncake(lines.join('\n'), {
          fileName: 'f',
          traceBlockSize,
          arrivalSpeedupRatio: 1,
        })
        if (!result.ok) throw new Error(result.error.message)
        const table = computePrompts(result.value, blockSize)
        const blocks = prompts.map((_, i) => [
          ...table.blocks.subarray(table.blockStart[i]!, table.blockStart[i + 1]!),
        ])
        const segments = new PromptSegments(table)
        blocks.forEach((own, request) => {
          const {nodes, nodeBlocks, from, sharedTo, to, blockCount} = segments.pathOf(request)
          const listed = [...nodes.subarray(from, to)].flatMap((segment, i) =>
            Array.from({length: nodeBlocks[from + i]!}, (_, k) => segments.firstOf(segment) + k),
          )
          expect(listed).toEqual(own)
          expect(blockCount).toBe(own.length)
          for (let i = from; i < to; i++) {
            const first = segments.firstOf(nodes[i]!)
            expect(segments.segmentOf(first + nodeBlocks[i]! - 1)).toBe(nodes[i])
            expect(blocks.filter(each => each.includes(first)).length > 1).toBe(i < sharedTo)
          }
        })
      },
    ),
  )
})
