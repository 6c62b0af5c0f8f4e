import {createHash} from 'node:crypto'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import {parseEngineArgs16} from '../../src/config/engine/release-1.6/parse-engine-args.ts'
import type {EngineArgs, EngineType, Fleet, Scenario} from '../../src/config/scenario.ts'
import * as clusterPolicies from '../../src/policies/create-cluster-policy.ts'
import {digestParts} from '../../src/run/digest.ts'
import * as parts16 from '../../src/run/parts-1.6.ts'
import {traceLines} from './arbitrary.ts'
import {expectAscending} from './expectations.ts'
import {type Replay, readTrace, replayScenario, scenarioOf, type TraceLine} from './replay.ts'
import {cases} from './sampling.ts'

type Kind = Pick<Scenario, 'routerMode'> & {
  readonly release: '1.2.1' | '1.6.1'
  readonly topology: 'agg' | 'disagg'
  readonly engine: EngineType
}

const KINDS: readonly Kind[] = (['1.2.1', '1.6.1'] as const).flatMap(release =>
  (['agg', 'disagg'] as const).flatMap(topology =>
    (['vllm', 'sglang', ...(release === '1.6.1' ? (['trtllm'] as const) : [])] as const).flatMap(engine =>
      (['round_robin', 'kv_router'] as const).map(routerMode => ({release, topology, engine, routerMode})),
    ),
  ),
)

interface Case {
  readonly lines: readonly TraceLine[]
  readonly isCached: boolean
  readonly steps: readonly {readonly at: number; readonly prefill: number; readonly decode: number}[]
  readonly concurrency: number | null
}

/** Traffic that keeps instances busy, and a schedule that takes them away all the time. */
const runs: fc.Arbitrary<Case> = fc.record({
  lines: traceLines({spanMs: 6_000}),
  isCached: fc.boolean(),
  steps: fc
    .array(fc.record({prefill: fc.integer({min: 1, max: 4}), decode: fc.integer({min: 1, max: 4})}), {
      minLength: 2,
      maxLength: 12,
      size: 'max',
    })
    .map(steps => steps.map((step, i) => ({at: 0.6 * i, ...step}))),
  concurrency: fc.constantFrom(null, null, 6),
})
const limitsS = fc.constantFrom(0, 0.05, 0.3, 1)

function argsOf({release, engine}: Kind, fields: Partial<EngineArgs>): EngineArgs {
  const roomy = {num_gpu_blocks: 4_096, max_num_seqs: 8, max_num_batched_tokens: 512, ...fields}
  if (release === '1.2.1')
    return {...defaultEngineArgs(), engine_type: engine, block_size: engine === 'sglang' ? 1 : 32, ...roomy}
  const parsed = parseEngineArgs16({engine: {backend: engine}}, {flag: 'law'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return {...parsed.value.args, ...roomy}
}

function fleetOf(kind: Kind, isCached: boolean): Fleet {
  const pool = (fields: Partial<EngineArgs>) => ({
    args: argsOf(kind, {enable_prefix_caching: isCached, ...fields}),
    initialWorkers: 3,
    gpusPerInstance: null,
  })
  if (kind.topology === 'agg') return {topology: 'agg', workers: pool({})}
  const transfer = {kv_bytes_per_token: 131_072, kv_transfer_bandwidth: 1}
  return {
    topology: 'disagg',
    prefill: pool({worker_type: 'prefill', ...transfer}),
    decode: pool({worker_type: 'decode'}),
  }
}

function run(kind: Kind, {lines, isCached, steps, concurrency}: Case, drainLimitS: number | null): Replay {
  const workload = readTrace({lines})
  const config = {
    steps: steps.map(({at, prefill, decode}) => ({
      at,
      decode,
      ...(kind.topology === 'disagg' ? {prefill} : {}),
    })),
  }
  const scenario: Scenario = {
    ...scenarioOf({lines}),
    release: kind.release,
    routerMode: kind.routerMode,
    fleet: fleetOf(kind, isCached),
    scaling: {policy: 'schedule', config},
    ...(concurrency === null ? {} : {replayConcurrency: concurrency}),
    ...(drainLimitS === null ? {} : {drainLimitS}),
  }
  const later = {clusterPolicies, parts16: kind.release === '1.6.1' ? parts16 : null}
  return replayScenario(scenario, workload, {later})
}

let migrated = 0

describe.each(KINDS)('draining for a limited time, $release $topology $engine $routerMode', kind => {
  test('completes every request once with all of its tokens, on instances that were there', () => {
    migrated = 0
    fc.assert(
      fc.property(runs, limitsS, (options, limitS) => {
        const {result, workload} = run(kind, options, limitS)
        const {requests, tokenGaps, requestEvents} = result.engine
        expect(result.report.completed_requests).toBe(workload.requestCount)
        expect(requests.emittedTokens).toEqual(workload.outputLength)
        const gaps = tokenGaps.count.subarray(0, tokenGaps.length).reduce((sum, count) => sum + count, 0)
        expect(gaps).toBe(workload.outputLength.reduce((sum, tokens) => sum + tokens - 1, 0))
        expect(requests.inputLength).toEqual(workload.inputLength)
        for (let r = 0; r < workload.requestCount; r++) {
          expectAscending([
            requests.arrivalMs[r]!,
            requests.firstAdmitMs[r]!,
            requests.firstTokenMs[r]!,
            requests.lastTokenMs[r]!,
            result.engine.endMs,
          ])
        }
        // What a pre-empted request finds again is counted as the reference does, its answer included.
        const preempted = new Set(requestEvents.preemptions.request)
        for (const r of requestEvents.migrations?.request ?? [])
          if (!preempted.has(r))
            expect(requests.reusedTokens[r]).toBeLessThanOrEqual(workload.inputLength[r]!)
        migrated += requestEvents.migrations?.length ?? 0
        expectLimitKept({result, workload, progress: []}, limitS)
      }),
      cases(20),
    )
    // Nothing above would be of interest if nobody had been moved.
    expect(migrated).toBeGreaterThan(0)
  })

  test('changes no byte where it is longer than any instance drains', () => {
    fc.assert(
      fc.property(runs, options => {
        const free = run(kind, options, null)
        expect(free.result.engine.requestEvents.migrations).toBeUndefined()
        const longest = Math.max(0, ...free.result.engine.workers.map(drainedMs))
        expect(computed(run(kind, options, longest / 1000 + 10))).toBe(computed(free))
        expectSameButForOrder(run(kind, options, longest / 1000 + 1e-6), free)
      }),
      cases(10),
    )
  })
})

function expectLimitKept({result}: Replay, limitS: number): void {
  for (const worker of result.engine.workers) {
    if (worker.drainMs !== null && worker.exitMs !== null && worker.readyMs !== null)
      expect(drainedMs(worker)).toBeLessThanOrEqual(limitS * 1000 + LONGEST_PASS_MS)
  }
}

/** 512 tokens of prompts and eight requests that decode. */
const LONGEST_PASS_MS = 200

function drainedMs({drainMs, exitMs}: {readonly drainMs: number | null; readonly exitMs: number | null}) {
  return drainMs === null || exitMs === null ? 0 : exitMs - drainMs
}

/** Of every computed byte, without what was asked for. */
function computed({result}: Replay): string {
  return createHash('sha256')
    .update(Buffer.concat(digestParts(result)))
    .digest('hex')
}

/** Passes that end just before the limit are told in another order, so sums over gaps may differ in their last bits. */
function expectSameButForOrder(limited: Replay, free: Replay): void {
  expect(limited.result.engine.requests).toEqual(free.result.engine.requests)
  expect(limited.result.engine.requestEvents).toEqual(free.result.engine.requestEvents)
  const lives = ({result}: Replay) => result.engine.workers.map(({busyMs: _, ...life}) => life)
  expect(lives(limited)).toEqual(lives(free))
  expect(limited.result.scaling).toEqual(free.result.scaling)
  expect(limited.result.engine.endMs).toBe(free.result.engine.endMs)
}
