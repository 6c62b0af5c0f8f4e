import {describe, expect, it} from 'vitest'
import {computeReport} from './compute-report.ts'
import type {ReferenceReport} from './report.ts'
import {recordOf} from './report-fixture.ts'
import {formatReportTable, formatScalingEvents} from './table.ts'

// Figures and picture of a run of ai-dynamo 1.2.1.
const figures = {
  completed_requests: 1500,
  output_throughput_tok_s: 997.4312587437576,
  request_throughput_rps: 2.8326887606984776,
  prefix_cache_reused_ratio: 0.061771100664240075,
  wall_time_ms: 11454.03,
  mean_ttft_ms: 1223.2273755544386,
  min_ttft_ms: 40.598792002594564,
  max_ttft_ms: 8188.886230000528,
  p99_ttft_ms: 6448.106939000543,
  p90_ttft_ms: 2735.383132998948,
  p75_ttft_ms: 1531.9153130002087,
  std_ttft_ms: 1277.6145599848644,
  mean_ttst_ms: 121.55303331656626,
  min_ttst_ms: 6.101456000003964,
  max_ttst_ms: 201.51347099995473,
  p99_ttst_ms: 200.8938869999838,
  p90_ttst_ms: 194.144220999995,
  p75_ttst_ms: 185.99453999998514,
  std_ttst_ms: 78.23155775194923,
  mean_e2e_latency_ms: 11181.605465890469,
  min_e2e_latency_ms: 151.79496300168103,
  max_e2e_latency_ms: 79803.17900399986,
  p99_e2e_latency_ms: 44481.979011000774,
  p90_e2e_latency_ms: 23862.691341000726,
  p75_e2e_latency_ms: 14840.183424001792,
  std_e2e_latency_ms: 9740.973651838305,
  mean_itl_ms: 28.362182032657895,
  min_itl_ms: 5.792720000026748,
  max_itl_ms: 201.78509900002973,
  p99_itl_ms: 199.57685599999968,
  p90_itl_ms: 32.09383100000559,
  p75_itl_ms: 23.650502000004053,
  std_itl_ms: 44.14139087909635,
  mean_output_token_throughput_per_user: 70.35239128424098,
  min_output_token_throughput_per_user: 4.955767323531916,
  max_output_token_throughput_per_user: 172.63047411153698,
  p99_output_token_throughput_per_user: 162.24142367488793,
  p90_output_token_throughput_per_user: 124.79380942825786,
  p75_output_token_throughput_per_user: 97.34223573500823,
  std_output_token_throughput_per_user: 38.029209317421305,
}

const picture = `NVIDIA AIPerf | LLM Metrics
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━┓
┃ Metric                                             ┃       avg ┃    min ┃       max ┃       p99 ┃       p90 ┃       p75 ┃      std ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━┩
┃ Time to First Token (ms)                           ┃  1,223.23 ┃  40.60 ┃  8,188.89 ┃  6,448.11 ┃  2,735.38 ┃  1,531.92 ┃ 1,277.61 ┃
┃ Time to Second Token (ms)                          ┃    121.55 ┃   6.10 ┃    201.51 ┃    200.89 ┃    194.14 ┃    185.99 ┃    78.23 ┃
┃ Request Latency (ms)                               ┃ 11,181.61 ┃ 151.79 ┃ 79,803.18 ┃ 44,481.98 ┃ 23,862.69 ┃ 14,840.18 ┃ 9,740.97 ┃
┃ Inter Token Latency (ms)                           ┃     28.36 ┃   5.79 ┃    201.79 ┃    199.58 ┃     32.09 ┃     23.65 ┃    44.14 ┃
┃ Output Token Throughput Per User (tokens/sec/user) ┃     70.35 ┃   4.96 ┃    172.63 ┃    162.24 ┃    124.79 ┃     97.34 ┃    38.03 ┃
┃ Output Token Throughput (tokens/sec)               ┃    997.43 ┃    N/A ┃       N/A ┃       N/A ┃       N/A ┃       N/A ┃      N/A ┃
┃ Request Throughput (requests/sec)                  ┃      2.83 ┃    N/A ┃       N/A ┃       N/A ┃       N/A ┃       N/A ┃      N/A ┃
┃ Request Count (requests)                           ┃  1,500.00 ┃    N/A ┃       N/A ┃       N/A ┃       N/A ┃       N/A ┃      N/A ┃
└━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┴━━━━━━━━━━━┴━━━━━━━━┴━━━━━━━━━━━┴━━━━━━━━━━━┴━━━━━━━━━━━┴━━━━━━━━━━━┴━━━━━━━━━━┘
Wall Time (ms): 11,454.03
Prefix Cache Reused Ratio: 0.06`

describe('metric table', () => {
  it('is the reference table byte for byte', () => {
    const report: ReferenceReport = {...computeReport(recordOf([]), {wallTimeMs: 0}), ...figures}
    expect(formatReportTable(report)).toBe(picture)
  })
})

describe('scaling events', () => {
  it('print nothing when there are none', () => {
    expect(formatScalingEvents([])).toBe('')
  })

  it('print one line each after a blank line, times rounded half to even', () => {
    const events = [
      {at_s: 19.99508330700005, component: 'agg', from_count: 2, to_count: 1, reason: 'scale_down'},
      {at_s: 300.25, component: 'decode', from_count: 1, to_count: 3, reason: 'scale_up'},
    ] as const
    expect(formatScalingEvents(events)).toBe(
      '\nScaling events:\n' +
        '  t=20.0s [agg]: 2 -> 1 workers (scale_down)\n' +
        '  t=300.2s [decode]: 1 -> 3 workers (scale_up)\n',
    )
  })
})
