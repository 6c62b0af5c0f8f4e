import fc from 'fast-check'

const value = fc.oneof(
  fc.jsonValue({maxDepth: 1}),
  fc.constantFrom(7, 0.5, -1, 1e300, 1_700_000_000.5, 'x', null),
)
const request = fc.dictionary(
  fc.constantFrom(
    'request_start_time',
    'start_time',
    'request_latency',
    'prompt_tokens',
    'output_tokens',
    'time_to_first_token_ms',
    'inter_token_latency_ms',
  ),
  value,
)
const conversation = fc.record({info: fc.record({conversation_id: fc.constantFrom('a', 'b', null, 3)})})
const requests = fc.array(
  fc.tuple(request, fc.option(conversation)).map(([own, info]) => ({...own, ...info})),
  {maxLength: 4},
)
const benchmark = fc.record(
  {
    type_: fc.constant('generative_benchmark'),
    requests: fc.oneof(value, fc.record({successful: requests, errored: requests}, {requiredKeys: []})),
    metrics: fc.oneof(
      value,
      fc.record({
        request_totals: fc.record({successful: value}),
        request_latency: fc.record({
          successful: fc.dictionary(fc.constantFrom('mean', 'percentiles'), value),
        }),
      }),
    ),
  },
  {requiredKeys: ['type_']},
)

/** Reports of guidellm, most of them damaged. */
export const guidellmReports = fc
  .record({metadata: value, args: value, benchmarks: fc.array(benchmark, {maxLength: 3})})
  .map(report => JSON.stringify(report))
