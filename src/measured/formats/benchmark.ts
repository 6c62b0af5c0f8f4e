import type {JsonObject} from '../../core/is-object.ts'
import {
  emptyRow,
  figure,
  type MeasuredMetric,
  type MeasuredRow,
  type MeasuredStatistic,
  type ReadMeasured,
} from '../measured-run.ts'

/** What `vllm bench serve --save-result` and `sglang.bench_serving --output-file` write. */
export function isBenchmark(written: JsonObject): boolean {
  return figuresOf(written).length > 0 || Array.isArray(written.ttfts)
}

/** Each run appends a written to the file; the last one counts. */
export function readBenchmarks(documents: readonly JsonObject[]): ReadMeasured {
  const written = documents.at(-1) ?? {}
  const source =
    written.backend === 'sglang' || 'sharegpt_output_len' in written ? 'SGLang benchmark' : 'vLLM benchmark'
  const rows = rowsOf(written)
  const statistics = rows.length > 0 ? [] : figuresOf(written)
  const notices =
    documents.length === 1
      ? []
      : [`The file holds ${documents.length} runs, one after the other; the last one is compared.`]
  return {source, rows, statistics, notices}
}

/** Latencies per request are there with `--save-detailed`, or with SGLang's `--output-details`; seconds. */
function rowsOf(written: JsonObject): readonly MeasuredRow[] {
  const {ttfts, itls, input_lens, output_lens, start_times, errors} = written
  if (!Array.isArray(ttfts)) return []
  const seconds = (list: unknown, i: number) => (Array.isArray(list) ? figure(list[i]) * 1000 : Number.NaN)
  const plain = (list: unknown, i: number) => (Array.isArray(list) ? figure(list[i]) : Number.NaN)
  return ttfts.map((_, i) => {
    const startMs = seconds(start_times, i)
    const lengths = {inputTokens: plain(input_lens, i), outputTokens: plain(output_lens, i)}
    const hasFailed = Array.isArray(errors) && typeof errors[i] === 'string' && errors[i] !== ''
    const ttft = hasFailed ? Number.NaN : seconds(ttfts, i)
    // A failed request, and one without output, is written with a first token after 0 s.
    if (!(ttft > 0)) return {...emptyRow(), ...lengths, startMs}
    return {
      startMs,
      ...lengths,
      ttft,
      ...latenciesOf(ttft, Array.isArray(itls) ? itls[i] : null, lengths.outputTokens),
    }
  })
}

/** From the gaps between chunks, of which a chunk may hold several tokens. */
function latenciesOf(
  ttft: number,
  gaps: unknown,
  outputTokens: number,
): {readonly itl: number; readonly e2e: number} {
  if (!Array.isArray(gaps)) return {itl: Number.NaN, e2e: Number.NaN}
  const spanMs = gaps.reduce((sum: number, gap: unknown) => sum + (figure(gap) || 0) * 1000, 0)
  const between = (Number.isNaN(outputTokens) ? gaps.length + 1 : outputTokens) - 1
  return {itl: between > 0 ? spanMs / between : Number.NaN, e2e: ttft + spanMs}
}

/** vLLM's names, then SGLang's. The mean gap of a request is `tpot` in both; `itl` are all gaps alike. */
const NAMES: readonly (readonly [string, MeasuredMetric])[] = [
  ['ttft', 'ttft'],
  ['tpot', 'itl'],
  ['e2el', 'e2e'],
  ['e2e_latency', 'e2e'],
]

function figuresOf(written: JsonObject): readonly MeasuredStatistic[] {
  return Object.entries(written).flatMap(([key, value]) => {
    const [, at = '', name = ''] = /^(mean|median|p\d+(?:\.\d+)?)_(\w+)_ms$/.exec(key) ?? []
    const metric = NAMES.find(([known]) => known === name)?.[1]
    const ms = figure(value)
    if (metric === undefined || Number.isNaN(ms)) return []
    return [{metric, at: at === 'mean' ? at : at === 'median' ? 50 : Number(at.slice(1)), ms}]
  })
}
