import type {Scenario} from '../../../config/scenario.ts'
import {
  bytesOfMany,
  forecastMemory,
  judgeMemory,
  type MemoryVerdict,
  sizeOfSynthetic,
  type TrafficSize,
  tabMemoryBytes,
} from '../../../run/memory-forecast.ts'
import {STREAMED_ABOVE} from '../../../run/stream-limits.ts'
import {streamedFileBytes, streamsPrompts, streamsSynthetic} from '../../../run/streamable.ts'
import type {TraceInfo} from '../../../worker/protocol.ts'

/**
 * Whether there is room for a run, as far as that is known before it.
 * @param deviceGib what the browser tells of the machine's memory; undefined = nothing
 */
export function memoryVerdict(
  scenario: Scenario | null,
  info: TraceInfo | null,
  deviceGib: number | undefined,
): MemoryVerdict {
  if (scenario === null) return {kind: 'fits'}
  const traffic = sizeOf(scenario, info)
  if (traffic === null) return {kind: 'fits'}
  const bytes = tabMemoryBytes(deviceGib)
  return judgeMemory(forecastMemory(scenario, traffic), {bytes, of: 'a browser tab'})
}

/** What running many scenarios takes, in bytes, and what there is. */
export interface MemoryOfMany {
  readonly bytes: number
  readonly roomBytes: number
}

/**
 * What the scenarios take at the same time, so many workers running one each: at the worst the largest of them. null = the
 * traffic of one is not known.
 */
export function memoryOfMany(
  scenarios: readonly Scenario[],
  info: TraceInfo | null,
  {workers, deviceGib}: {readonly workers: number; readonly deviceGib: number | undefined},
): MemoryOfMany | null {
  const needed = scenarios.map(scenario => {
    const traffic = sizeOf(scenario, info)
    return traffic === null ? null : bytesOfMany(forecastMemory(scenario, traffic))
  })
  if (needed.includes(null)) return null
  const largest = needed
    .map(Number)
    .sort((a, b) => b - a)
    .slice(0, workers)
  return {bytes: largest.reduce((sum, bytes) => sum + bytes, 0), roomBytes: tabMemoryBytes(deviceGib)}
}

function sizeOf(scenario: Scenario, info: TraceInfo | null): TrafficSize | null {
  return scenario.synthetic
    ? {...sizeOfSynthetic(scenario.synthetic), isStreamed: streamsSynthetic(scenario, STREAMED_ABOVE)}
    : sizeOfTrace(scenario, info)
}

function sizeOfTrace(scenario: Scenario, info: TraceInfo | null): TrafficSize | null {
  if (info === null) return null
  const {requests, sessions, inputTokens, outputTokens, durationMs} = info.statistics
  const {streamed} = info
  return {
    requests,
    inputTokens: requests * inputTokens.mean,
    outputTokens: requests * outputTokens.mean,
    spanS: durationMs / 1000,
    ...(streamed !== undefined && streamsPrompts(scenario, streamed)
      ? {
          fileBytes: streamedFileBytes(requests, streamed),
          isStreamed: true,
          sessions: streamed === 'sessions' ? sessions : 0,
        }
      : {fileBytes: info.sizeBytes}),
  }
}
