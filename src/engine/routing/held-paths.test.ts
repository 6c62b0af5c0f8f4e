import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {internBlocks} from '../../trace/blocks.ts'
import {parseMooncake} from '../../trace/formats/mooncake.ts'
import {computePromptPaths} from '../../trace/prompt-paths.ts'
import type {Workload} from '../../trace/workload.ts'
import {computePrompts} from '../prompts.ts'
import {HeldPaths} from './held-paths.ts'
import {LaneDepths} from './lane-depths.ts'
import {PromptSegments} from './prompt-segments.ts'

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

const LANES = 3
const ALL_LANES = Uint32Array.of(0b111)

describe('HeldPaths', () => {
  it.each([
    ['nodes', true, computePromptPaths],
    [
      'segments',
      false,
      (workload: Workload, blockSize: number) => new PromptSegments(computePrompts(workload, blockSize)),
    ],
  ])(
    'counts as listing every block would, whatever the block sizes and the order of coming and going: by %s',
    (_, asksHeld, pathsOf) => {
      fc.assert(
        fc.property(
          fc.array(prompt, {minLength: 1, maxLength: 10}),
          fc.array(fc.tuple(fc.nat(9), fc.nat(LANES - 1)), {maxLength: 40}),
          size,
          size,
          (prompts, moves, traceBlockSize, blockSize) => {
            const workload = workloadOf(prompts, traceBlockSize)
            const blocks = blocksOf(workload, blockSize)
            const held = new HeldPaths(pathsOf(workload, blockSize))
            held.reserveLanes(LANES)
            const depths = new LaneDepths()
            depths.reserveLanes(LANES)
            const present = Array.from({length: LANES}, () => new Set<number>())
            for (const [move, lane] of moves) {
              const request = move % prompts.length
              if (present[lane]!.delete(request)) held.remove(request, lane)
              else {
                present[lane]!.add(request)
                held.add(request, lane)
              }
              const distinct = present.map(own => new Set([...own].flatMap(each => blocks[each]!)))
              expect(distinct.map((_, i) => held.count(i))).toEqual(distinct.map(own => own.size))
              blocks.forEach((own, each) => {
                if (!asksHeld && present.some(held => held.has(each))) return
                const leading = distinct.map(there => {
                  const first = own.findIndex(block => !there.has(block))
                  return first < 0 ? own.length : first
                })
                depths.begin(ALL_LANES)
                held.follow(each, depths)
                expect(distinct.map((_, lane) => depths.depthOf(lane))).toEqual(leading)
              })
            }
          },
        ),
        {numRuns: 100},
      )
    },
  )
})
