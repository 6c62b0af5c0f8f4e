import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {computeSummary} from '../core/statistics.ts'
import {computeReport} from './compute-report.ts'
import {type FixtureRequest, recordOf} from './report-fixture.ts'

const wallTimeMs = 2000

describe('report', () => {
  it('agrees with the reference on one request (engine.md 14, example 1)', () => {
    const first = 23.871891
    const step = 5.847917
    const record = recordOf([{arrivalMs: 0, tokensMs: [first, first + step, 35.567725]}])
    expect(computeReport(record, {wallTimeMs})).toMatchObject({
      num_requests: 1,
      completed_requests: 1,
      total_input_tokens: 100,
      total_output_tokens: 3,
      duration_ms: 35.567725,
      output_throughput_tok_s: 84.3461312186821,
      mean_ttft_ms: first,
      p99_ttft_ms: first,
      std_ttft_ms: 0,
      processed_tokens: 103,
      processed_tokens_per_s: 51.5,
      processed_output_tokens_per_s: 1.5,
      wall_time_ms: 2000,
    })
  })

  it('agrees with the reference on two requests (engine.md 14, example 5)', () => {
    const report = computeReport(
      recordOf([
        {arrivalMs: 0, tokensMs: [23.871891, 47.851493]},
        {arrivalMs: 15, tokensMs: [47.851493, 53.69941]},
      ]),
      {wallTimeMs},
    )
    expect(report.mean_ttft_ms).toBeCloseTo(28.361692, 9)
    expect(report.median_ttft_ms).toBeCloseTo(32.851493, 9)
    expect(report.max_itl_ms).toBeCloseTo(23.979602, 9)
    expect(report.min_itl_ms).toBeCloseTo(5.847917, 9)
  })

  it('is all zeros without requests', () => {
    const report = computeReport(recordOf([]), {wallTimeMs: 0})
    expect(new Set(Object.values(report))).toEqual(new Set([0]))
  })

  it('leaves out requests without a token, except from num_requests', () => {
    const report = computeReport(
      recordOf([
        {arrivalMs: 0, tokensMs: [10]},
        {arrivalMs: 5, tokensMs: []},
      ]),
      {wallTimeMs},
    )
    expect(report).toMatchObject({num_requests: 2, completed_requests: 1, total_input_tokens: 100})
    expect(report).toMatchObject({mean_itl_ms: 0, mean_tpot_ms: 0, mean_output_token_throughput_per_user: 0})
  })

  it('divides reused tokens by prompt tokens', () => {
    const record = recordOf([
      {arrivalMs: 0, tokensMs: [1], inputLength: 512},
      {arrivalMs: 0, tokensMs: [1], inputLength: 512, reusedTokens: 512},
    ])
    expect(computeReport(record, {wallTimeMs}).prefix_cache_reused_ratio).toBe(0.5)
  })

  it('derives per-user throughput from the positive gaps alone', () => {
    const entry = fc.record({
      arrivalMs: fc.constant(0),
      tokensMs: fc
        .array(fc.integer({min: 0, max: 6}), {minLength: 1, maxLength: 12})
        .map(gaps => gaps.map((_, i) => gaps.slice(0, i + 1).reduce((a, b) => a + b, 0))),
    })
    fc.assert(
      fc.property(fc.array(entry, {maxLength: 6}), (entries: FixtureRequest[]) => {
        const record = recordOf(entries)
        const report = computeReport(record, {wallTimeMs})
        const gaps = record.tokenGaps.gapMs.slice(0, record.tokenGaps.length)
        const perUser = computeSummary(gaps.filter(gap => gap > 0).map(gap => 1000 / gap))
        const itl = computeSummary(gaps)
        for (const statistic of ['min', 'max', 'median', 'p75', 'p90', 'p95', 'p99'] as const) {
          expect(report[`${statistic}_output_token_throughput_per_user`]).toBe(perUser[statistic])
          expect(report[`${statistic}_itl_ms`]).toBe(itl[statistic])
        }
        expect(report.mean_output_token_throughput_per_user).toBeCloseTo(perUser.mean, 9)
        expect(report.std_output_token_throughput_per_user).toBeCloseTo(perUser.std, 9)
        expect(report.std_itl_ms).toBeCloseTo(itl.std, 9)
      }),
    )
  })
})
