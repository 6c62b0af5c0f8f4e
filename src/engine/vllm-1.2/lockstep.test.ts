import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {OutcomeRow} from '../pass-outcome.ts'
import {Lockstep} from './lockstep.ts'
import {PassBatch} from './pass-batch.ts'
import {Sequence} from './sequence.ts'

const BLOCK = 4
const CHAIN = {blocks: new Int32Array(0), start: 0, known: 0, fresh: 0}

/** A request whose prompt is done and that has had its first token. */
interface Plain {
  readonly request: number
  readonly prompt: number
  readonly maxOutput: number
}

function decoding({request, prompt, maxOutput}: Plain): Sequence {
  const promptBlocks = Math.floor(prompt / BLOCK)
  const sequence = new Sequence(request, {prompt, maxOutput, promptBlocks}, CHAIN, BLOCK)
  sequence.computed = prompt
  sequence.generated = 1
  sequence.length = prompt + 1
  sequence.allocated = prompt + 1
  return sequence
}

/** A batch in lockstep, and all that it tells: times of tokens by request, blocks taken, ends. */
class Told {
  readonly batch: Sequence[] = []
  readonly outcome = new OutcomeRow()
  readonly passBatch = new PassBatch({max_num_batched_tokens: 1000, worker_type: 'aggregated'}, this.outcome)
  readonly log: string[] = []
  gaps: number[] = []
  readonly tokens = new Map<number, number>()
  readonly last = new Map<number, number>()
  readonly lockstep = new Lockstep(
    this.batch,
    {
      openBlock: ({request}: Sequence) => {
        this.log.push(`block ${request}`)
        return true
      },
    },
    {
      blockSize: BLOCK,
      observer: {
        admitted: () => {},
        token: (request, atMs) => {
          const before = this.last.get(request)
          if (before !== undefined) this.gaps.push(atMs - before)
          this.tokensUntil(request, 1, atMs)
        },
        gaps: (gapMs, count) => {
          for (let i = 0; i < count; i++) this.gaps.push(gapMs)
        },
        stoppedAt: () => {},
        gapsBetweenStops: () => {},
        tokensUntil: (request, tokens, atMs) => this.tokensUntil(request, tokens, atMs),
        prefillChunk: () => {},
        preempted: () => {},
      },
      onEnd: sequence => {
        this.log.push(`end ${sequence.request} ${sequence.length} ${sequence.generated}`)
        sequence.isFinished = true
      },
    },
  )

  tokensUntil(request: number, tokens: number, atMs: number): void {
    this.tokens.set(request, (this.tokens.get(request) ?? 0) + tokens)
    this.last.set(request, atMs)
  }

  join(request: Plain, atMs: number): void {
    this.tokensUntil(request.request, 1, atMs)
    this.batch.push(decoding(request))
    this.lockstep.grow()
  }

  pass(atMs: number): void {
    this.passBatch.begin(atMs)
    this.lockstep.schedule(this.passBatch)
    this.lockstep.emit(atMs)
    this.lockstep.compact()
    this.batch.splice(0, this.batch.length, ...this.batch.filter(({isFinished}) => !isFinished))
  }
}

/** The same, each request by itself. */
class OneByOne {
  requests: (Plain & {generated: number; lastMs: number})[] = []
  readonly log: string[] = []
  readonly gaps: number[] = []

  join(request: Plain, atMs: number): void {
    this.requests.push({...request, generated: 1, lastMs: atMs})
  }

  pass(atMs: number): void {
    for (const one of this.requests) {
      one.generated++
      this.gaps.push(atMs - one.lastMs)
      one.lastMs = atMs
      const length = one.prompt + one.generated
      if (length % BLOCK === 1) this.log.push(`block ${one.request}`)
      if (one.generated === one.maxOutput) this.log.push(`end ${one.request} ${length} ${one.generated}`)
    }
    this.requests = this.requests.filter(({generated, maxOutput}) => generated < maxOutput)
  }
}

describe('requests in lockstep', () => {
  const request = fc.record({
    request: fc.constant(0),
    prompt: fc.integer({min: 1, max: 9}),
    maxOutput: fc.integer({min: 2, max: 12}),
  })
  const step = fc.oneof(
    {weight: 3, arbitrary: fc.constant('pass' as const)},
    {weight: 1, arbitrary: fc.constant('dissolve' as const)},
    {weight: 2, arbitrary: request},
  )

  test('get tokens, take blocks and end as each would by itself', () => {
    fc.assert(
      fc.property(fc.array(step, {maxLength: 40}), steps => {
        const told = new Told()
        const plain = new OneByOne()
        for (const [at, what] of steps.entries()) {
          const atMs = at * at
          if (what === 'dissolve') told.lockstep.dissolve(told.passBatch)
          if (what === 'dissolve') told.lockstep.grow()
          if (what === 'pass' && plain.requests.length > 0) {
            expect(told.lockstep.total).toBe(plain.requests.reduce((n, r) => n + r.prompt + r.generated, 0))
            told.pass(atMs)
            plain.pass(atMs)
          }
          if (typeof what === 'object') {
            told.join({...what, request: at}, atMs)
            plain.join({...what, request: at}, atMs)
          }
          expect(told.log).toEqual(plain.log)
          expect(told.gaps).toEqual(plain.gaps)
        }
        told.lockstep.dissolve(told.passBatch)
        for (const [i, {request: id, prompt, generated, lastMs}] of plain.requests.entries()) {
          const {length, computed, allocated} = told.batch[i]!
          expect([length, computed + 1, allocated]).toEqual(new Array(3).fill(prompt + generated))
          expect([told.batch[i]!.request, told.tokens.get(id), told.last.get(id)]).toEqual([
            id,
            generated,
            lastMs,
          ])
        }
      }),
      {numRuns: 400},
    )
  })

  test('passes that were run ahead count, with the blocks that were taken in them', () => {
    const told = new Told()
    told.join({request: 7, prompt: 6, maxOutput: 100}, 0)
    expect([told.lockstep.beforeOpening, told.lockstep.openings, told.lockstep.beforeEnd]).toEqual([1, 1, 98])
    told.lockstep.openBlocks(1)
    told.lockstep.moveOn(2, 50)
    expect([told.log, told.lockstep.beforeOpening, told.lockstep.total]).toEqual([['block 7'], 3, 9])
  })

  test('one that is noted in the middle of a pass can be taken out of it again', () => {
    const told = new Told()
    told.join({request: 0, prompt: 6, maxOutput: 9}, 0)
    told.join({request: 1, prompt: 3, maxOutput: 9}, 0)
    told.passBatch.begin(10)
    told.lockstep.schedule(told.passBatch)
    expect([told.passBatch.tokensLeft, told.outcome.sumDecodeKvTokens]).toEqual([998, 11])
    told.lockstep.dissolve(told.passBatch)
    expect(told.batch.map(({computed}) => computed)).toEqual([7, 4])
    told.passBatch.undo(told.batch[1]!)
    expect([
      told.passBatch.tokensLeft,
      told.outcome.numDecodeRequests,
      told.outcome.sumDecodeKvTokens,
    ]).toEqual([999, 1, 7])
  })

  test('more of them than the budget has tokens are looked at one by one', () => {
    const told = new Told()
    for (let request = 0; request < 3; request++) told.join({request, prompt: 5, maxOutput: 9}, 0)
    const small = new PassBatch({max_num_batched_tokens: 2, worker_type: 'aggregated'}, told.outcome)
    small.begin(10)
    told.lockstep.schedule(small)
    expect([told.lockstep.size, small.tokensLeft]).toEqual([0, 2])
  })
})
