import type {RequestColumns} from '../engine/record/record.ts'
import {e2eMs, tpotMs, ttftMs, ttstMs} from './request-measures.ts'

/** One JSON object per request of the trace, in file order, or of the sample that was kept; times in simulated ms, null = did not happen. */
export function* formatPerRequestLines(requests: RequestColumns): Generator<string, void, void> {
  for (let row = 0; row < requests.count; row++)
    yield formatPerRequestLine(requests, row, requests.sampled?.number[row] ?? row)
}

/** @param number of the row's request in the trace */
export function formatPerRequestLine(requests: RequestColumns, row: number, number: number): string {
  return `${JSON.stringify(requestEntry(requests, row, number))}\n`
}

/** The fields are ours; their names follow the report's. */
function requestEntry(requests: RequestColumns, r: number, number: number) {
  const tokens = requests.emittedTokens[r]!
  return {
    request: number,
    arrival_ms: happened(requests.arrivalMs[r]!),
    first_admit_ms: happened(requests.firstAdmitMs[r]!),
    first_token_ms: happened(requests.firstTokenMs[r]!),
    last_token_ms: happened(requests.lastTokenMs[r]!),
    ttft_ms: happened(ttftMs(requests, r)),
    ttst_ms: tokens >= 2 ? happened(ttstMs(requests, r)) : null,
    tpot_ms: tokens >= 2 ? tpotMs(requests, r) : null,
    e2e_latency_ms: happened(e2eMs(requests, r)),
    input_length: requests.inputLength[r]!,
    output_length: requests.outputLength[r]!,
    emitted_tokens: tokens,
    reused_tokens: requests.reusedTokens[r]!,
    preemptions: requests.preemptions[r]!,
    worker_id: known(requests.workerId[r]!),
    prefill_worker_id: known(requests.prefillWorkerId[r]!),
  }
}

function happened(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms
}

function known(id: number): number | null {
  return id < 0 ? null : id
}
