import {describe, expect, test} from 'vitest'
import {replay} from '../../../../test/laws/replay.ts'
import type {EngineRecord} from '../../../engine/record/record.ts'
import {tellRequest} from './request-story.ts'
import {storyEvents} from './story-events.ts'

/** Two prompts of 1,000 tokens through passes of 400, in a KV cache that holds one and a half of them. */
function crowdedRun(): EngineRecord {
  const line = (timestamp: number, id: number) => ({
    timestamp,
    input_length: 1_000,
    output_length: 400,
    hash_ids: Array.from({length: 16}, (_, i) => id * 100 + i),
  })
  return replay({
    lines: [line(0, 1), line(1, 2)],
    args: {max_num_batched_tokens: 400, num_gpu_blocks: 40, block_size: 64, enable_prefix_caching: false},
  }).result.engine
}

describe('the story of a request', () => {
  const record = crowdedRun()
  const {requests} = record
  const told = [0, 1].map(r => storyEvents(record, r))

  test('tells every chunk of the prompt, with the tokens of all together', () => {
    const chunks = told[0]!.filter(({kind}) => kind === 'chunk')
    expect(chunks.slice(0, 3).map(({text}) => /: ([\d,]+) tokens/.exec(text)?.[1])).toEqual([
      '400',
      '400',
      '200',
    ])
    for (const chunk of chunks) expect(chunk.lastsMs).toBeGreaterThan(0)
  })

  test('tells every pre-emption, and the prompt that is computed again after it', () => {
    const victim = requests.preemptions.findIndex(count => count > 0)
    expect(victim).toBeGreaterThanOrEqual(0)
    const kinds = told[victim]!.map(({kind}) => kind)
    expect(kinds.filter(kind => kind === 'preempted')).toHaveLength(
      Math.min(requests.preemptions[victim]!, 3),
    )
    expect(kinds.slice(kinds.indexOf('preempted'))).toContain('chunk')
  })

  test('is in order of time, from arrival to last token', () => {
    for (const [r, events] of told.entries()) {
      const times = events.map(({atMs}) => atMs)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(events[0]!.kind).toBe('arrived')
      expect(events.at(-1)).toMatchObject({
        kind: 'token',
        atMs: requests.lastTokenMs[r]! - requests.arrivalMs[r]!,
      })
    }
  })
})

test('many chunks are told as the first, the last and how many between', () => {
  const {engine} = replay({
    lines: [
      {timestamp: 0, input_length: 4_000, output_length: 2, hash_ids: Array.from({length: 63}, (_, i) => i)},
    ],
    args: {max_num_batched_tokens: 100, num_gpu_blocks: 400, block_size: 64},
  }).result
  const chunks = storyEvents(engine, 0).filter(({kind}) => kind === 'chunk')
  expect(engine.requestEvents.chunks.length).toBe(40)
  expect(chunks).toHaveLength(8)
  expect(chunks[5]!.text).toMatch(/^33 more prompt chunks/)
})

test('tells from which instance a request was moved, and that its prompt is computed again with the answer so far', () => {
  const lines = Array.from({length: 60}, (_, i) => ({
    timestamp: 20 * i,
    input_length: 2_000,
    output_length: 300,
    hash_ids: Array.from({length: 32}, (_, block) => i * 100 + block),
  }))
  const {engine, report} = replay({
    lines,
    steps: [
      [0, 4],
      [1, 1],
    ],
    drainLimitS: 0.5,
  }).result
  const {migrations, chunks} = engine.requestEvents
  const row = migrations!.tokens.findIndex(tokens => tokens > 0)
  expect(row).toBeGreaterThanOrEqual(0)
  const request = migrations!.request[row]!
  const events = storyEvents(engine, request)
  const moved = events.findIndex(({kind}) => kind === 'moved')
  expect(events[moved]!.text).toBe(
    `moved from instance ${migrations!.instance[row]!}, which was ended at its draining limit; sent again with the ` +
      `${migrations!.tokens[row]!} tokens of its answer so far`,
  )
  expect(events.slice(moved).some(({text}) => text.startsWith('prompt again'))).toBe(true)
  const tokens = chunks.tokens.filter((_, i) => chunks.request[i] === request)
  expect(tokens.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(2_000 + 1_900)
  const told = report.planner_replay.drain_limit!
  expect(told.migrations).toBe(migrations!.length)
  expect(told.carried_tokens).toBe(migrations!.tokens.reduce((sum, each) => sum + each, 0))
  expect(told.ended_instances).toBe(new Set(migrations!.instance).size)
})

test('names the instances that were starting up while the request waited', () => {
  const record = crowdedRun()
  const arrivalMs = record.requests.arrivalMs[0]!
  const starting = {
    id: 4,
    component: 'agg' as const,
    requestedMs: arrivalMs,
    readyMs: arrivalMs + 60_000,
    drainMs: null,
    exitMs: null,
    passes: 0,
    busyMs: 0,
  }
  const {fleet} = tellRequest({...record, workers: [...record.workers, starting]}, 0)
  expect(fleet).toBe(
    'While it waited for its first token 1 instance served and 1 instance started up: ' +
      'instance 4, asked for at 0:00 and ready at 1:00.',
  )
})
