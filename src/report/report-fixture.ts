import type {EngineRecord, RequestColumns, TokenGaps} from '../engine/record/record.ts'

/** A request as a test writes it: when it arrived and when each of its tokens came, ms. */
export interface FixtureRequest {
  readonly arrivalMs: number
  readonly tokensMs: readonly number[]
  readonly inputLength?: number
  readonly reusedTokens?: number
}

/** The record an engine would leave of these requests. For tests. */
export function recordOf(entries: readonly FixtureRequest[]): EngineRecord {
  const float = (pick: (entry: FixtureRequest) => number | undefined) =>
    Float64Array.from(entries, entry => pick(entry) ?? Number.NaN)
  const int = (pick: (entry: FixtureRequest) => number) => Int32Array.from(entries, pick)
  const requests: RequestColumns = {
    count: entries.length,
    arrivalMs: float(entry => entry.arrivalMs),
    firstAdmitMs: float(entry => (entry.tokensMs.length > 0 ? entry.arrivalMs : undefined)),
    firstTokenMs: float(entry => entry.tokensMs[0]),
    secondTokenMs: float(entry => entry.tokensMs[1]),
    lastTokenMs: float(entry => entry.tokensMs.at(-1)),
    inputLength: int(entry => entry.inputLength ?? 100),
    outputLength: int(entry => entry.tokensMs.length),
    emittedTokens: int(entry => entry.tokensMs.length),
    reusedTokens: int(entry => entry.reusedTokens ?? 0),
    preemptions: new Int32Array(entries.length),
    workerId: new Int32Array(entries.length),
    prefillWorkerId: new Int32Array(entries.length).fill(-1),
    arrivalOrder: Int32Array.from(entries.keys()),
  }
  const endMs = Math.max(0, ...entries.flatMap(entry => entry.tokensMs))
  return {
    requests,
    tokenGaps: gapsOf(entries),
    workers: [],
    loads: {
      binMs: 1000,
      offset: new Int32Array(1),
      firstBin: new Int32Array(),
      busyMs: new Float64Array(),
      queued: new Int32Array(),
      kvShare: new Float64Array(),
    },
    requestEvents: {
      chunks: {
        length: 0,
        request: new Int32Array(),
        startMs: new Float64Array(),
        endMs: new Float64Array(),
        tokens: new Int32Array(),
        onPrefill: new Uint8Array(),
      },
      preemptions: {
        length: 0,
        request: new Int32Array(),
        atMs: new Float64Array(),
        onPrefill: new Uint8Array(),
      },
    },
    endMs,
  }
}

function gapsOf(entries: readonly FixtureRequest[]): TokenGaps {
  const gapMs = entries.flatMap(({tokensMs}) => tokensMs.slice(1).map((time, i) => time - tokensMs[i]!))
  return {
    length: gapMs.length,
    gapMs: Float64Array.from([...gapMs, -1, -1]),
    count: Uint32Array.from([...gapMs.map(() => 1), 7, 7]),
  }
}
