import {isObject, type JsonObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {unpackTrace} from '../trace/formats/packing/unpack-trace.ts'
import {decodeText} from '../trace/formats/packing/unwrap-trace.ts'
import {readGuidellmReport} from '../trace/formats/records/guidellm.ts'
import {isAiperfRecord, isAiperfSummary, readAiperfRecords, readAiperfSummary} from './formats/aiperf.ts'
import {isBenchmark, readBenchmarks} from './formats/benchmark.ts'
import {isDynamoEvent, readDynamoEvents} from './formats/dynamo.ts'
import {readGuidellm} from './formats/guidellm.ts'
import {readMeasuredCsv} from './formats/table.ts'
import {type MeasuredRun, type ReadMeasured, requestsOf} from './measured-run.ts'

/** Longer texts than this no JavaScript engine holds. */
const MOST_BYTES = 400 * 2 ** 20

/**
 * Reads what a run of a real system measured, told by its content: AIPerf's records or summary, a Dynamo request trace, the
 * result of vLLM's or SGLang's benchmark, guidellm's report, a CSV table of latencies. A file none of whose requests has a latency is refused.
 */
export function readMeasured(packed: Uint8Array, fileName: string): Result<MeasuredRun> {
  const unpacked = unpackTrace(packed, fileName)
  if (!unpacked.ok) return unpacked
  const {bytes} = unpacked.value
  if (bytes.length > MOST_BYTES)
    return fail(
      `${fileName} has more than ${MOST_BYTES / 2 ** 20} MiB of text: leave out single tokens' times`,
    )
  const text = decodeText(bytes)
  const read = text.trimStart().startsWith('{') ? readJson(text, fileName) : readMeasuredCsv(bytes, fileName)
  if (!read.ok) return read
  const {source, rows, statistics = [], notices = []} = read.value
  const known = rows.filter(
    ({ttft, itl, e2e}) => !(Number.isNaN(ttft) && Number.isNaN(itl) && Number.isNaN(e2e)),
  )
  if (known.length === 0 && statistics.length === 0)
    return fail(`${fileName} (${source}) has no request with a TTFT, ITL or end-to-end latency`)
  const failed = rows.length - known.length
  const left =
    failed === 0 ? [] : [`${failed} of ${rows.length} measured requests have no latency: they failed.`]
  const requests = known.length === 0 ? null : requestsOf(rows)
  return ok({source, fileName, requests, statistics, notices: [...notices, ...left]})
}

function readJson(text: string, fileName: string): Result<ReadMeasured> {
  const whole = parseJson(text)
  const documents = isObject(whole) ? ok([whole]) : readLines(text, fileName)
  if (!documents.ok) return documents
  const [first] = documents.value
  if (first === undefined) return fail(`${fileName} is empty`)
  if (documents.value.some(isDynamoEvent)) return ok(readDynamoEvents(documents.value))
  const guidellm = readGuidellmReport(first)
  if (guidellm !== null) return ok(readGuidellm(guidellm))
  if (isAiperfRecord(first)) return ok(readAiperfRecords(documents.value))
  if (isAiperfSummary(first)) return ok(readAiperfSummary(first))
  if (isBenchmark(first)) return ok(readBenchmarks(documents.value))
  return fail(
    `${fileName} is no measured run that is known: AIPerf's profile_export.jsonl or profile_export_aiperf.json, a Dynamo ` +
      'request trace, the JSON of vllm bench serve, sglang.bench_serving or guidellm, or a CSV of TTFT, ITL and end-to-end latency',
  )
}

function readLines(text: string, fileName: string): Result<readonly JsonObject[]> {
  const documents: JsonObject[] = []
  let line = 0
  for (const piece of text.split('\n')) {
    line++
    if (piece.trim() === '') continue
    const value = parseJson(piece)
    if (!isObject(value)) return fail(`${fileName}: line ${line} is not a JSON object`)
    documents.push(value)
  }
  return ok(documents)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
