import {describe, expect, it} from 'vitest'
import {parseMooncake} from '../formats/mooncake.ts'
import {generateSessions, type SessionsSpec} from './session-generator.ts'

const spec: SessionsSpec = {
  seed: 1,
  sessionCount: 50,
  turns: [1, 4],
  burst: [2, 5],
  gapMs: [100, 900],
  delayMs: [10, 20],
  prompt: [60, 700],
  growth: [10, 300],
  output: [1, 9],
  families: 3,
  familyBlocks: 2,
  traceBlockSize: 64,
}

function read(text: string) {
  const result = parseMooncake(text, {fileName: 'f', traceBlockSize: 64, arrivalSpeedupRatio: 1})
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('generateSessions', () => {
  it('makes sessions whose turns wait and grow', () => {
    const workload = read(generateSessions(spec))
    expect(workload.sessionCount).toBe(50)
    expect(Math.max(...workload.turn)).toBe(3)
    for (let request = 0; request < workload.requestCount; request++) {
      const next = workload.nextTurn[request]!
      if (next < 0) continue
      expect(workload.delayMs[next]).toBeGreaterThanOrEqual(10)
      expect(workload.delayMs[next]).toBeLessThanOrEqual(20)
      expect(workload.inputLength[next]).toBeGreaterThanOrEqual(workload.inputLength[request]! + 10)
      const whole = Math.floor(workload.inputLength[request]! / 64)
      const ids = (r: number) => [
        ...workload.hashIds.subarray(workload.hashStart[r], workload.hashStart[r]! + whole),
      ]
      expect(ids(next)).toEqual(ids(request))
    }
  })

  it('starts them in bursts and families', () => {
    const workload = read(generateSessions(spec))
    const starts = [...workload.releaseOrder].map(request => workload.arrivalMs[request]!)
    expect(new Set(starts).size).toBeLessThan(26)
    const firstIds = [...workload.releaseOrder].map(
      request => workload.hashIds[workload.hashStart[request]!]!,
    )
    expect(new Set(firstIds)).toEqual(new Set([0, 2, 4]))
  })

  it('leaves single turns without a session id', () => {
    expect(generateSessions({...spec, turns: [1, 1]})).not.toContain('session_id')
  })
})
