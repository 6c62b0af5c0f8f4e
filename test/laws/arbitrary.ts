import fc from 'fast-check'
import type {EngineArgs} from '../../src/config/scenario.ts'
import {TRACE_BLOCK_SIZE, type TraceLine} from './replay.ts'

/** A prompt that starts with the blocks of its family, so that some prompts share a prefix. */
interface Turn {
  readonly family: number
  readonly sharedBlocks: number
  readonly ownTokens: number
  readonly outputTokens: number
  readonly delayMs: number
}

interface Session {
  readonly startMs: number
  readonly turns: readonly Turn[]
}

const FAMILY_BLOCKS = 6

const turn = (maxOwnTokens: number): fc.Arbitrary<Turn> =>
  fc.record({
    family: fc.nat(2),
    sharedBlocks: fc.nat(FAMILY_BLOCKS),
    ownTokens: fc.integer({min: 1, max: maxOwnTokens}),
    outputTokens: fc.integer({min: 1, max: 60}),
    delayMs: fc.nat(3_000),
  })

/**
 * Traces of up to 40 sessions in order of start, most of one turn, with shared prefixes and many equal times.
 */
export function traceLines({maxOwnTokens = 600, spanMs = 30_000} = {}): fc.Arbitrary<TraceLine[]> {
  const turns = fc.oneof(
    {weight: 4, arbitrary: fc.array(turn(maxOwnTokens), {minLength: 1, maxLength: 1})},
    {weight: 1, arbitrary: fc.array(turn(maxOwnTokens), {minLength: 2, maxLength: 4})},
  )
  const startMs = fc.oneof(
    fc.integer({min: 0, max: spanMs}),
    fc.integer({min: 0, max: 10}).map(tick => (tick * spanMs) / 10),
  )
  const session: fc.Arbitrary<Session> = fc.record({startMs, turns})
  return fc
    .array(session, {minLength: 1, maxLength: 40, size: 'max'})
    .map(sessions => toLines([...sessions].sort((a, b) => a.startMs - b.startMs)))
}

function toLines(sessions: readonly Session[]): TraceLine[] {
  let nextOwnId = 1_000
  return sessions.flatMap(({startMs, turns}, session) =>
    turns.map((turn, i): TraceLine => {
      const ownBlocks = Math.ceil(turn.ownTokens / TRACE_BLOCK_SIZE)
      const shared = Array.from(
        {length: turn.sharedBlocks},
        (_, block) => turn.family * FAMILY_BLOCKS + block,
      )
      const own = Array.from({length: ownBlocks}, () => nextOwnId++)
      return {
        input_length: turn.sharedBlocks * TRACE_BLOCK_SIZE + turn.ownTokens,
        output_length: turn.outputTokens,
        hash_ids: [...shared, ...own],
        ...(i === 0 ? {timestamp: startMs} : {delay: turn.delayMs}),
        ...(turns.length > 1 ? {session_id: `s${session}`} : {}),
      }
    }),
  )
}

/** Engines with room for every request of `traceLines` together. */
export const roomyArgs: fc.Arbitrary<Partial<EngineArgs>> = fc.record({
  block_size: fc.constantFrom(16, 32, 64, 128),
  num_gpu_blocks: fc.constant(16_384),
  max_num_seqs: fc.constantFrom(null, 1, 2, 8, 256),
  max_num_batched_tokens: fc.constantFrom(null, 64, 300, 2048, 8192),
  enable_prefix_caching: fc.boolean(),
  enable_chunked_prefill: fc.constant(true),
  speedup_ratio: fc.constantFrom(1, 1, 2.5, 0),
  decode_speedup_ratio: fc.constantFrom(1, 1, 3),
  startup_time: fc.constantFrom(null, 0, 1, 5),
  preemption_mode: fc.constantFrom('lifo', 'fifo'),
})

/** Engines whose cache holds hardly more than the largest request, so that requests evict and pre-empt each other. */
export function tightArgs(lines: readonly TraceLine[]): fc.Arbitrary<Partial<EngineArgs>> {
  const largest = Math.max(...lines.map(line => line.input_length + line.output_length))
  return fc
    .record({
      block_size: fc.constantFrom(16, 32, 64, 128),
      spareBlocks: fc.nat(12),
      max_num_seqs: fc.constantFrom(null, 4, 256),
      enable_prefix_caching: fc.boolean(),
      preemption_mode: fc.constantFrom('lifo' as const, 'fifo' as const),
    })
    .map(({spareBlocks, ...args}) => ({
      ...args,
      num_gpu_blocks: Math.ceil(largest / args.block_size) + spareBlocks,
    }))
}
