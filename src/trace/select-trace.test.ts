import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {TraceSelection} from '../config/trace-options.ts'
import {parseTrace} from './formats/parse-trace.ts'
import {generateSessions, type SessionsSpec} from './generators/session-generator.ts'
import {toWorkload} from './parsed-trace.ts'
import {selectTrace} from './select-trace.ts'
import type {ParsedTrace} from './trace-columns.ts'

const SPEC: SessionsSpec = {
  seed: 3,
  sessionCount: 200,
  turns: [1, 5],
  burst: [1, 6],
  gapMs: [500, 4000],
  delayMs: [100, 5000],
  prompt: [100, 3000],
  growth: [10, 900],
  output: [5, 60],
  families: 3,
  familyBlocks: 1,
  traceBlockSize: 512,
}

function parseSample(): ParsedTrace {
  const parsed = parseTrace(generateSessions(SPEC), 'f')
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

const whole = parseSample()

function select(selection: TraceSelection, seed = 0): ParsedTrace {
  const selected = selectTrace(whole, selection, seed)
  if (!selected.ok) throw new Error(selected.error.message)
  return selected.value
}

const turnsOf = (trace: ParsedTrace) => {
  const turns = new Map<string, number>()
  trace.session.forEach(session => {
    const name = trace.sessionNames.get(session) ?? `line ${trace.line[trace.firstTurn[session]!]}`
    turns.set(name, (turns.get(name) ?? 0) + 1)
  })
  return turns
}

describe('selectTrace', () => {
  it('changes nothing when nothing is asked', () => {
    expect(select({})).toBe(whole)
  })

  it('cuts a window by the start of sessions and keeps them whole', () => {
    const first = whole.timestampMs[whole.firstTurn[0]!]!
    const cut = select({startS: 60, endS: 120})
    expect(cut.sessionCount).toBeGreaterThan(5)
    for (const request of cut.firstTurn) {
      const startS = (cut.timestampMs[request]! - first) / 1000
      expect(startS).toBeGreaterThanOrEqual(60)
      expect(startS).toBeLessThan(120)
    }
    const all = turnsOf(whole)
    for (const [name, turns] of turnsOf(cut)) expect(turns).toBe(all.get(name))
  })

  it('starts the replay of a window at its first arrival', () => {
    const options = {traceBlockSize: 512, arrivalSpeedupRatio: 2, traceSelection: {startS: 60}}
    const made = toWorkload(whole, options)
    if (!made.ok) throw new Error(made.error.message)
    expect(made.value.arrivalMs[made.value.releaseOrder[0]!]).toBe(0)
    const kept = select({startS: 60})
    const starts = [...kept.firstTurn].map(request => kept.timestampMs[request]!)
    const expected = (Math.max(...starts) - Math.min(...starts)) / 2
    expect(made.value.arrivalMs[made.value.releaseOrder.at(-1)!]).toBeCloseTo(expected, 9)
  })

  it('samples whole sessions, nested and by seed', () => {
    const half = turnsOf(select({sample: 0.5}))
    const tenth = turnsOf(select({sample: 0.1}))
    expect(half.size).toBeGreaterThan(70)
    expect(half.size).toBeLessThan(130)
    for (const [name, turns] of tenth) expect(half.get(name)).toBe(turns)
    for (const [name, turns] of half) expect(turnsOf(whole).get(name)).toBe(turns)
    expect([...turnsOf(select({sample: 0.5}, 1)).keys()]).not.toEqual([...half.keys()])
    expect(turnsOf(select({sample: 1})).size).toBe(whole.sessionCount)
  })

  it('stops at the limit', () => {
    const few = select({limit: 37})
    expect(few.requestCount).toBe(37)
    expect([...few.line]).toEqual([...whole.line.subarray(0, 37)])
  })

  it('names what cannot be', () => {
    const message = (selection: TraceSelection) => {
      const result = selectTrace(whole, selection, 0)
      return result.ok ? null : result.error
    }
    expect(message({startS: 5, endS: 5})?.field).toBe('endS')
    expect(message({startS: -1})?.field).toBe('startS')
    expect(message({limit: 0})?.field).toBe('limit')
    expect(message({sample: 0})?.field).toBe('sample')
    expect(message({startS: 1e9})?.message).toBe('f: no request is left in the chosen window and sample')
  })

  it('keeps columns, links and prompts of what it keeps, whatever is asked', () => {
    const selection = fc.record(
      {
        startS: fc.double({min: 0, max: 200, noNaN: true}),
        limit: fc.integer({min: 1, max: 400}),
        sample: fc.double({min: 0.01, max: 1, noNaN: true}),
      },
      {requiredKeys: []},
    )
    const requestAtLine = new Map(Array.from(whole.line, (line, request) => [line, request]))
    fc.assert(
      fc.property(selection, fc.nat(5), (asked, seed) => {
        const result = selectTrace(whole, asked, seed)
        if (!result.ok) return
        const kept = result.value
        for (let request = 0; request < kept.requestCount; request++) {
          const old = requestAtLine.get(kept.line[request]!)!
          expect(kept.inputLengthGiven[request]).toBe(whole.inputLengthGiven[old])
          expect(kept.turn[request]).toBe(whole.turn[old])
          const next = kept.nextTurn[request]!
          if (next >= 0) expect(kept.line[next]).toBe(whole.line[whole.nextTurn[old]!])
          const ids = kept.hashIds.subarray(kept.hashStart[request], kept.hashStart[request + 1])
          const oldIds = whole.hashIds.subarray(whole.hashStart[old], whole.hashStart[old + 1])
          expect([...ids]).toEqual([...oldIds])
        }
        for (const [session, first] of kept.firstTurn.entries()) {
          expect(kept.session[first]).toBe(session)
          expect(kept.turn[first]).toBe(0)
        }
      }),
      {numRuns: 60},
    )
  })
})

describe('what a trace holds too much of', () => {
  it('ends a session before its first prompt that is too long, and leaves no longer prompt', () => {
    const short = select({maxInput: 2000})
    expect(Math.max(...short.inputLengthGiven)).toBeLessThanOrEqual(2000)
    expect(short.requestCount).toBeLessThan(whole.requestCount)
    for (const first of short.firstTurn) expect(short.turn[first]).toBe(0)
    const kept = new Set(short.line)
    whole.line.forEach((line, request) => {
      // What is left out is too long itself, or comes after such a turn of its session.
      if (kept.has(line)) return
      const earlier = [...whole.inputLengthGiven.keys()].filter(
        other => whole.session[other] === whole.session[request] && other <= request,
      )
      expect(Math.max(...earlier.map(other => whole.inputLengthGiven[other]!))).toBeGreaterThan(2000)
    })
  })

  it('spreads first turns within the time given, by the seed and no further', () => {
    const arrivals = (spreadMs: number, seed: number) => {
      const workload = toWorkload(whole, {
        traceBlockSize: 512,
        arrivalSpeedupRatio: 1,
        traceSelection: {spreadMs},
        seed,
      })
      if (!workload.ok) throw new Error(workload.error.message)
      return workload.value.arrivalMs
    }
    const plain = arrivals(0, 1)
    const spread = arrivals(3000, 1)
    for (const first of whole.firstTurn) {
      const shift = spread[first]! - plain[first]!
      expect(shift).toBeGreaterThanOrEqual(0)
      expect(shift).toBeLessThan(3000)
    }
    expect(arrivals(3000, 1)).toEqual(spread)
    expect(arrivals(3000, 2)).not.toEqual(spread)
  })
})
