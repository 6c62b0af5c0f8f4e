import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {internBlocks} from './blocks.ts'
import {parseMooncake} from './formats/mooncake.ts'
import type {Workload} from './workload.ts'

interface Prompt {
  readonly hashIds: readonly number[]
  readonly inputLength: number
}

function workloadOf(prompts: readonly Prompt[], traceBlockSize: number): Workload {
  const text = prompts
    .map(({hashIds, inputLength}) =>
      JSON.stringify({timestamp: 0, input_length: inputLength, output_length: 1, hash_ids: hashIds}),
    )
    .join('\n')
  const result = parseMooncake(text, {fileName: 'f', traceBlockSize, arrivalSpeedupRatio: 1})
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** Spells the tokens out and names each block by all tokens up to its end. */
function internNaively(prompts: readonly Prompt[], traceBlockSize: number, blockSize: number): string[][] {
  return prompts.map(({hashIds, inputLength}) => {
    const tokens = hashIds
      .flatMap(id => new Array<number>(traceBlockSize).fill(id >>> 0))
      .slice(0, inputLength)
    const count = Math.floor(tokens.length / blockSize)
    return Array.from({length: count}, (_, k) => tokens.slice(0, (k + 1) * blockSize).join(','))
  })
}

describe('internBlocks', () => {
  it('gives equal ids exactly to equal token prefixes, for any two block sizes', () => {
    const id = fc.oneof(fc.nat(2), fc.constantFrom(2 ** 32, 2 ** 32 + 1))
    const hashIds = fc.array(id, {minLength: 1, maxLength: 6})
    const prompt = fc.record({hashIds, inputLength: fc.integer({min: 1, max: 100})})
    const size = fc.integer({min: 1, max: 17})
    fc.assert(
      fc.property(
        fc.array(prompt, {minLength: 1, maxLength: 8}),
        size,
        size,
        (prompts, traceBlockSize, blockSize) => {
          checkAgainstNaive(prompts, traceBlockSize, blockSize)
        },
      ),
      {numRuns: 3000},
    )
  })

  it.each([
    [512, 64],
    [512, 512],
    [64, 512],
    [100, 64],
  ])(
    'agrees with spelled-out tokens for trace blocks of %i and blocks of %i',
    (traceBlockSize, blockSize) => {
      const prompts = [
        {hashIds: [1, 2, 3], inputLength: 1300},
        {hashIds: [1, 2, 4], inputLength: 1500},
        {hashIds: [2, 1, 3], inputLength: 1536},
        {hashIds: [1, 1, 1], inputLength: 700},
        {hashIds: [1, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5], inputLength: 6000},
      ]
      checkAgainstNaive(prompts, traceBlockSize, blockSize)
    },
  )

  it('tells the same id at two places apart, and ids apart that differ in 32 bits only', () => {
    const {blocks} = internBlocks(workloadOf([{hashIds: [7, 7], inputLength: 8}], 4), 4)
    expect(new Set(blocks).size).toBe(2)
    const same = internBlocks(
      workloadOf(
        [
          {hashIds: [5], inputLength: 4},
          {hashIds: [2 ** 32 + 5], inputLength: 4},
        ],
        4,
      ),
      4,
    )
    expect(same.blocks[0]).toBe(same.blocks[1])
  })

  it('keeps ids apart when the table grows', () => {
    const prompts = Array.from({length: 5000}, (_, i) => ({hashIds: [i % 50, i % 700, i], inputLength: 12}))
    checkAgainstNaive(prompts, 4, 4)
  })
})

function checkAgainstNaive(prompts: readonly Prompt[], traceBlockSize: number, blockSize: number): void {
  const table = internBlocks(workloadOf(prompts, traceBlockSize), blockSize)
  const idOf = new Map<string, number>()
  const prefixOf = new Map<number, string>()
  internNaively(prompts, traceBlockSize, blockSize).forEach((prefixes, request) => {
    const ids = [...table.blocks.subarray(table.blockStart[request], table.blockStart[request + 1])]
    expect(ids.length).toBe(prefixes.length)
    prefixes.forEach((prefix, k) => {
      const id = ids[k]!
      expect(id).toBe(idOf.get(prefix) ?? id)
      expect(prefix).toBe(prefixOf.get(id) ?? prefix)
      idOf.set(prefix, id)
      prefixOf.set(id, prefix)
      expect(id).toBeGreaterThanOrEqual(0)
      expect(id).toBeLessThan(table.blockCount)
    })
  })
}
