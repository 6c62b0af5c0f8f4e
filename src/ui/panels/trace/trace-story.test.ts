import {describe, expect, it} from 'vitest'
import {parseTrace} from '../../../trace/formats/parse-trace.ts'
import {BUNDLED_TRACES} from '../../../trace/generators/bundled-traces.ts'
import {generateTrace} from '../../../trace/generators/generate.ts'
import {toWorkload} from '../../../trace/parsed-trace.ts'
import type {TraceInfo} from '../../../worker/protocol.ts'
import {describeTrace} from '../../../worker/trace-info.ts'
import {quantumSentence, traceFacts, traceStory} from './trace-story.ts'

function infoOf(text: string): TraceInfo {
  const parsed = parseTrace(text, 'f')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const workload = toWorkload(parsed.value, {traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!workload.ok) throw new Error(workload.error.message)
  const file = {
    source: {kind: 'file', name: 'f', sha256: ''} as const,
    name: 'f',
    sha256: '',
    sizeBytes: text.length,
    parsed: parsed.value,
    detected: {format: 'mooncake', why: ''} as const,
  }
  return describeTrace(
    {file, workload: workload.value, notices: []},
    {traceBlockSize: 512, arrivalSpeedupRatio: 1},
  )
}

const bundled = (id: string) =>
  infoOf(generateTrace(BUNDLED_TRACES.find(trace => trace.id === id)!.generator))

describe('traceStory', () => {
  it('says of rounded timestamps what they do to TTFT', () => {
    const sentence = quantumSentence(bundled('toolagent-hour'))
    expect(sentence).toMatch(
      /^Timestamps are on 3 s ticks: arrivals come in bursts of about 20 \(1\d\d\.\dk prompt/,
    )
    expect(sentence).toContain('that, not the planner, makes part of the TTFT')
  })

  it('says nothing of ticks where there are none', () => {
    const line = (i: number) => `{"timestamp":${i * 137 + (i % 7) * 11},"output_length":3,"hash_ids":[${i}]}`
    expect(quantumSentence(infoOf(Array.from({length: 400}, (_, i) => line(i)).join('\n')))).toBe(null)
  })

  it('tells of sessions, reuse and what is not known', () => {
    const sessions = traceStory(bundled('bursty-sessions')).join(' ')
    expect(sessions).toMatch(/546 requests in 160 sessions of up to 6 turns/)
    expect(sessions).toMatch(/endless prefix cache would save \d\d\.\d %/)
    const lengths = infoOf('timestamp,input_tokens,output_tokens\n1,20,3\n2,20,3\n')
    expect(traceStory(lengths).join(' ')).toContain('lengths only')
    expect(new Map(traceFacts(lengths)).get('Sessions')).toBe('2')
  })
})
