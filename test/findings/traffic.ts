import type {TraceLine} from '../laws/replay.ts'
import {TRACE_BLOCK_SIZE} from '../laws/replay.ts'

export interface StreamOptions {
  readonly fromMs?: number
  readonly everyMs: number
  readonly count: number
  readonly input: number
  readonly output: number
  /** Requests at each moment. */
  readonly atOnce?: number
  /** Leading blocks that all prompts of this family share. */
  readonly shared?: {readonly family: number; readonly blocks: number}
}

/** Equal requests at equal distances; every prompt is its own but for the shared blocks. */
export function stream({
  fromMs = 0,
  everyMs,
  count,
  input,
  output,
  atOnce = 1,
  shared,
}: StreamOptions): TraceLine[] {
  const blocks = Math.ceil(input / TRACE_BLOCK_SIZE)
  return Array.from({length: count}, (_, i) => {
    const timestamp = fromMs + Math.floor(i / atOnce) * everyMs
    const hash_ids = Array.from({length: blocks}, (_, block) =>
      shared !== undefined && block < shared.blocks
        ? 1_000_000 * (shared.family + 1) + block
        : ((timestamp * 31 + i * 997 + block * 7 + input) % 900_000) + 100_000_000,
    )
    return {timestamp, input_length: input, output_length: output, hash_ids}
  })
}

/** Streams in order of arrival; the order of those at one moment is that of the streams. */
export function together(...streams: readonly TraceLine[][]): TraceLine[] {
  return streams.flat().sort((a, b) => a.timestamp! - b.timestamp!)
}
