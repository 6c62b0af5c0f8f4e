import {isObject, type JsonObject} from '../../core/is-object.ts'
import {emptyRow, figure, type MeasuredRow, type ReadMeasured} from '../measured-run.ts'

const SCHEMAS: ReadonlySet<unknown> = new Set(['dynamo.request.trace.v1', 'dynamo.agent.trace.v1'])

/** One event of Dynamo's request tracing, wrapped in `event` or alone. */
export function isDynamoEvent(written: JsonObject): boolean {
  return SCHEMAS.has(eventOf(written).schema)
}

function eventOf(written: JsonObject): JsonObject {
  return isObject(written.event) ? written.event : written
}

/** The `request_end` events carry what the frontend measured: `ttft_ms`, `avg_itl_ms`, `total_time_ms`. */
export function readDynamoEvents(documents: readonly JsonObject[]): ReadMeasured {
  const rows: MeasuredRow[] = []
  for (const written of documents) {
    const event = eventOf(written)
    if (event.event_type !== 'request_end' || !isObject(event.request)) continue
    const {request} = event
    const e2e = figure(request.total_time_ms)
    const received = figure(request.request_received_ms)
    rows.push({
      ...emptyRow(),
      startMs: Number.isNaN(received) ? figure(event.event_time_unix_ms) - e2e : received,
      inputTokens: figure(request.input_tokens),
      outputTokens: figure(request.output_tokens),
      ttft: figure(request.ttft_ms),
      itl: figure(request.avg_itl_ms),
      e2e,
    })
  }
  return {source: 'Dynamo request trace', rows}
}
