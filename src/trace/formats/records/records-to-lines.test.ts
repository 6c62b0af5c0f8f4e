import fc from 'fast-check'
import {strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {FUZZ} from '../../../../test/support/fuzz.ts'
import {guidellmReports} from '../../../../test/support/guidellm-reports.ts'
import {toWorkload} from '../../parsed-trace.ts'
import {parseTrace} from '../parse-trace.ts'
import {recordsToLines} from './records-to-lines.ts'

function read(text: string) {
  const parsed = parseTrace(text, 'f')
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

const lines = (...rows: readonly object[]) => rows.map(row => JSON.stringify(row)).join('\n')
const tokens = (value: number) => ({value, unit: 'tokens'})

describe('records of tools are read as traces', () => {
  it('AIPerf’s per-request export, by recorded start, without warm-up and failures', () => {
    const record = (start: number, output: number, phase = 'profiling') => ({
      metadata: {request_start_ns: start * 1e6, benchmark_phase: phase},
      metrics: {
        input_sequence_length: tokens(500),
        ...(output < 0 ? {} : {output_sequence_length: tokens(output)}),
      },
    })
    const parsed = read(lines(record(3000, 9), record(1000, 7), record(0, 5, 'warmup'), record(2000, -1)))
    const workload = toWorkload(parsed, {traceBlockSize: 512, arrivalSpeedupRatio: 1})
    expect(parsed).toMatchObject({format: 'lengths', requestCount: 2})
    expect(workload.ok && [...workload.value.arrivalMs]).toEqual([2000, 0])
    expect(parsed.notices[0]).toContain("AIPerf's per-request records")
  })

  describe('guidellm’s report', () => {
    const answered = (start: number, conversation: string | null = null) => ({
      type_: 'generative_request_stats',
      request_start_time: start,
      request_latency: 2,
      prompt_tokens: 300,
      output_tokens: 20,
      time_to_first_token_ms: 80,
      info: {conversation_id: conversation, turn_index: 0},
    })
    const benchmark = (successful: readonly object[], others: object = {}) => ({
      type_: 'generative_benchmark',
      requests: {successful, incomplete: [], errored: [], total: null, ...others},
    })
    const report = (...benchmarks: readonly object[]) =>
      JSON.stringify({metadata: {version: 1, guidellm_version: '0.6.0'}, args: {}, benchmarks})

    it('by recorded start, what was cut off left out', () => {
      const parsed = read(
        report(
          benchmark([answered(1_700_000_011)], {errored: [answered(1_700_000_012)]}),
          benchmark([answered(1_700_000_020), answered(1_700_000_018)]),
        ),
      )
      const workload = toWorkload(parsed, {traceBlockSize: 512, arrivalSpeedupRatio: 1})
      expect(parsed).toMatchObject({format: 'lengths', requestCount: 3})
      expect(workload.ok && [...workload.value.arrivalMs]).toEqual([0, 7000, 9000])
      expect(parsed.notices[0]).toBe(
        "f is read as guidellm's report: each request comes at its recorded start. Its 2 benchmarks follow each other as they ran; " +
          'a window of the trace takes one of them. 1 request that failed or was cut off is left out.',
      )
    })

    it('turns of a conversation after one another, and older names', () => {
      const {request_start_time: _, ...old} = {...answered(0), start_time: 1_700_000_001}
      const parsed = read(
        report(
          benchmark([
            answered(1_700_000_000, 'a'),
            old,
            answered(1_700_000_005, 'a'),
            answered(1_700_000_006, 'b'),
          ]),
        ),
      )
      expect(parsed.sessionCount).toBe(3)
      expect([...parsed.delayMs]).toEqual([0, 0, 3000, 0])
    })

    it('with fewer requests than it counts, or as YAML, said', () => {
      const sampled = {...benchmark([answered(1)]), scheduler_metrics: {requests_made: {successful: 500}}}
      expect(read(report(sampled)).notices[0]).toContain('It holds 1 of 500 answered requests')
      const yaml = parseTrace('args:\n  data: []\nbenchmarks:\n- config: {}\n', 'f')
      expect(yaml.ok ? '' : yaml.error.message).toContain("guidellm's report as YAML")
    })

    it('ends in a trace or a sentence, whatever is in it', () => {
      fc.assert(
        fc.property(guidellmReports, text => {
          const parsed = parseTrace(text, 'f')
          return parsed.ok ? parsed.value.requestCount > 0 : parsed.error.message.length > 0
        }),
        FUZZ,
      )
    })
  })

  it('AIPerf’s inputs, turn by turn, for a closed loop', () => {
    const payload = (content: string, limit?: number) => ({
      messages: [{role: 'user', content}],
      ...(limit === undefined ? {} : {max_completion_tokens: limit}),
    })
    const inputs = {
      data: [
        {session_id: 'a', payloads: [payload('x'.repeat(400), 20), payload('y'.repeat(80), 30)]},
        {session_id: 'b', payloads: [payload('z')]},
      ],
    }
    const parsed = read(JSON.stringify(inputs, null, 1))
    expect([...parsed.inputLengthGiven]).toEqual([100, 20])
    expect([...parsed.outputLength]).toEqual([20, 30])
    expect([...parsed.turn]).toEqual([0, 1])
    expect(parsed.notices[0]).toMatch(/--replay-concurrency N\. 1 payloads name no output length/)
    const open = toWorkload(parsed, {traceBlockSize: 512, arrivalSpeedupRatio: 1})
    expect(open.ok || open.error.message).toContain('--replay-concurrency')
  })

  it('spans as the console exporter writes them: over several lines, with dates and plain attributes', () => {
    const span = (second: number) => ({
      name: 'chat',
      start_time: `2026-11-18T10:00:0${second}.250000Z`,
      attributes: {'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 6},
    })
    const parsed = read([span(1), span(3)].map(one => JSON.stringify(one, null, 4)).join('\n'))
    expect(parsed.timestampMs[1]! - parsed.timestampMs[0]!).toBe(2000)
    expect([...parsed.inputLengthGiven]).toEqual([40, 40])
  })

  it('OpenTelemetry spans, nested as exported or one a line', () => {
    const attribute = (key: string, count: number) => ({key, value: {intValue: String(count)}})
    const span = (ms: number) => ({
      startTimeUnixNano: `${1_700_000_000_000 + ms}000000`,
      attributes: [attribute('gen_ai.usage.input_tokens', 40), attribute('gen_ai.usage.output_tokens', 6)],
    })
    const other = {startTimeUnixNano: '1', attributes: []}
    const nested = {resourceSpans: [{scopeSpans: [{spans: [span(0), other, span(250)]}]}]}
    const parsed = read(JSON.stringify(nested))
    expect(parsed.timestampMs[1]! - parsed.timestampMs[0]!).toBe(250)
    expect(parsed.notices[0]).toContain('1 spans without token counts')
    const flat = {
      start_time_unix_nano: 5e6,
      attributes: {'gen_ai.usage.prompt_tokens': 9, 'gen_ai.usage.completion_tokens': 2},
    }
    expect([...read(lines(flat)).inputLengthGiven]).toEqual([9])
  })

  it('and any other text is left as it is, in ten thousand cases without a crash', () => {
    expect(recordsToLines(strToU8('{"timestamp":0,"hash_ids":[1]}'), 'f')).toBeNull()
    const keys = fc.constantFrom(
      'metadata',
      'metrics',
      'data',
      'payloads',
      'resourceSpans',
      'scopeSpans',
      'spans',
      'attributes',
      'startTimeUnixNano',
      'messages',
      'max_tokens',
      'request_start_ns',
      'input_sequence_length',
    )
    const leaf = fc.oneof(fc.jsonValue({maxDepth: 1}), fc.constantFrom('123', 'x', 7, null))
    const inner = fc.oneof(
      leaf,
      fc.dictionary(keys, leaf),
      fc.array(fc.dictionary(keys, leaf), {maxLength: 3}),
    )
    const documents = fc.array(
      fc.dictionary(keys, fc.oneof(inner, fc.array(fc.dictionary(keys, inner), {maxLength: 2}))),
      {maxLength: 3},
    )
    fc.assert(
      fc.property(documents, list => {
        const parsed = parseTrace(lines(...list), 'f')
        return parsed.ok ? parsed.value.requestCount > 0 : parsed.error.message.length > 0
      }),
      FUZZ,
    )
  })
})
