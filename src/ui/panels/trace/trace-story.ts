import type {TraceInfo} from '../../../worker/protocol.ts'
import {formatCompact, formatFixed, formatMs, formatSpan, formatValue, NONE} from '../../kit/format.ts'

/** Sentences on what in a trace shapes the results before any planner acts, the weightiest first. */
export function traceStory(info: TraceInfo): readonly string[] {
  return [
    quantumSentence(info),
    burstinessSentence(info),
    reuseSentence(info),
    sessionsSentence(info),
  ].filter(sentence => sentence !== null)
}

/** Arrivals per tick at which the ticks are worth a word. */
const BURST_MIN = 1.5

/** What rounded timestamps do: a burst waits for itself, however many replicas a planner adds later. */
export function quantumSentence({statistics, arrivals}: TraceInfo): string | null {
  const {timestampQuantumMs: quantumMs, burstSize, sessions} = statistics
  if (quantumMs === null || burstSize < BURST_MIN) return null
  const tokens = arrivals.inputTokens.reduce((sum, binTokens) => sum + binTokens, 0)
  const perBurst = formatCompact(Math.round((tokens / sessions) * burstSize))
  return (
    `Timestamps are on ${formatTick(quantumMs)} ticks: arrivals come in bursts of about ${formatBurst(burstSize)} ` +
    `(${perBurst} prompt tokens at once) and the last of a burst waits for the prefill of those before it; that, not ` +
    'the planner, makes part of the TTFT.'
  )
}

function burstinessSentence({statistics}: TraceInfo): string | null {
  const {s1, s10, s60} = statistics.dispersion
  const worst = Math.max(s1 ?? 0, s10 ?? 0, s60 ?? 0)
  if (worst === 0) return null
  if (worst < 1.5) return 'Arrivals are about as even as chance makes them (index of dispersion near 1).'
  if ((s60 ?? 0) >= 5)
    return `The load itself rises and falls: counts per minute vary ${formatCompact(Math.round(s60 ?? 0))} times as much as chance would make them.`
  if ((s1 ?? 0) >= 2 * (s60 ?? Number.POSITIVE_INFINITY))
    return 'The bursts are shorter than a planner’s interval: per minute the load is far steadier than per second.'
  return null
}

function reuseSentence({prompts, statistics}: TraceInfo): string | null {
  if (prompts === 'none')
    return 'The trace holds lengths only: which prompts share a prefix is not known, so none do.'
  if (statistics.idealReuse === null)
    return 'Its rows are read anew for each run and not kept, so how many prompt blocks come back is not counted beforehand.'
  if (statistics.idealReuse === 0) return null
  return `An endless prefix cache would save ${formatValue(statistics.idealReuse, 'share')} of the prompt blocks.`
}

function sessionsSentence({statistics}: TraceInfo): string | null {
  const {turnDelayMs, turns, sessions, requests} = statistics
  if (turnDelayMs === null) return null
  return (
    `${formatCompact(requests)} requests in ${formatCompact(sessions)} sessions of up to ${formatCompact(turns.max)} turns; ` +
    `a turn starts after the one before it ends and a pause (median ${formatMs(Math.round(turnDelayMs.p50))}), so slow serving spreads the load.`
  )
}

/** Rows of the facts table: name and value. */
export function traceFacts({statistics}: TraceInfo): readonly (readonly [string, string])[] {
  const {dispersion, sessionsPerSecond, turns} = statistics
  const index = (value: number | null) => (value === null ? NONE : formatFixed(value, 2))
  return [
    ['Mean rate', sessionsPerSecond === null ? NONE : `${formatCompact(sessionsPerSecond)} first turns/s`],
    ['Span', formatSpan(statistics.durationMs / 1000)],
    ['Sessions', formatCompact(statistics.sessions)],
    ['Index of dispersion, 1 s', index(dispersion.s1)],
    ['Index of dispersion, 10 s', index(dispersion.s10)],
    ['Index of dispersion, 60 s', index(dispersion.s60)],
    ['Turns per session, mean', formatFixed(turns.mean, 2)],
    ['Turns per session, p90', formatCompact(turns.p90)],
  ]
}

function formatTick(quantumMs: number): string {
  return quantumMs >= 1000 ? `${formatCompact(Math.round(quantumMs / 100) / 10)} s` : formatMs(quantumMs)
}

function formatBurst(size: number): string {
  return size < 10 ? formatFixed(size, 1) : formatCompact(Math.round(size))
}
