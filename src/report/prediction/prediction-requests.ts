import type {JsonObject} from '../../core/is-object.ts'
import type {EngineRecord} from '../../engine/record/record.ts'
import {e2eMs, ttftMs, ttstMs} from '../request-measures.ts'

const STATUS = [null, 'completed', 'rejected', 'failed'] as const

/** One entry per request that arrived, in the reference's words; null = did not happen. */
export function predictionRequests({requests}: EngineRecord): JsonObject[] {
  return [...requests.arrivalOrder]
    .filter(request => request >= 0 && !Number.isNaN(requests.arrivalMs[request]!))
    .map(r => {
      const tokens = requests.emittedTokens[r]!
      const worker = (id: number) => (id < 0 ? null : id)
      return {
        arrival_time_ms: requests.arrivalMs[r]!,
        first_admit_ms: happened(requests.firstAdmitMs[r]!),
        first_token_ms: happened(requests.firstTokenMs[r]!),
        last_token_ms: happened(requests.lastTokenMs[r]!),
        terminal_time_ms: happened(requests.terminalMs?.[r] ?? Number.NaN),
        terminal_status: STATUS[requests.status?.[r] ?? 0] ?? null,
        input_length: requests.inputLength[r]!,
        output_length: tokens,
        requested_output_length: requests.outputLength[r]!,
        reused_input_tokens: requests.reusedTokens[r]!,
        ttft_ms: happened(ttftMs(requests, r)),
        ttst_ms: tokens >= 2 ? happened(ttstMs(requests, r)) : null,
        itl_ms: tokens >= 2 ? (e2eMs(requests, r) - ttftMs(requests, r)) / (tokens - 1) : null,
        e2e_latency_ms: happened(e2eMs(requests, r)),
        decode_worker_idx: worker(requests.workerId[r]!),
        prefill_worker_idx: worker(requests.prefillWorkerId[r]!),
      }
    })
}

function happened(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms
}
