import {expect, it} from 'vitest'
import {describeProgress, ProgressLine} from './progress-line.ts'

const progress = {
  simulatedMs: 900_000,
  expectedEndMs: 3_600_000,
  completedRequests: 5901,
  totalRequests: 23_608,
}

it('tells where a run is and how long it will take', () => {
  expect(describeProgress(progress, 500)).toBe(
    '25 %, simulated 15:00 of 1:00:00, 5,901 of 23,608 requests, 1,800x real time, 0:01 left',
  )
  expect(describeProgress({...progress, simulatedMs: 0, expectedEndMs: 0}, 0)).toContain(
    '0 %, simulated 0:00',
  )
})

it('names no end of a run that goes on behind its last arrival', () => {
  const line = describeProgress({...progress, simulatedMs: 3_700_000}, 500)
  expect(line).toContain('simulated 1:01:40 so far, 5,901 of 23,608 requests')
})

it('writes lines to a log at most once a second and redraws one on a terminal', () => {
  const draw = (isTerminal: boolean) => {
    let written = ''
    const writeError = (text: string) => {
      written += text
    }
    const line = new ProgressLine({writeOut: () => {}, writeError, isTerminal})
    for (let i = 0; i < 5; i++) line.show(progress)
    line.finish()
    return written
  }
  expect(draw(false)).toMatch(/^25 %[^\n]+ left\n$/)
  expect(draw(true)).toMatch(/^\r25 %[^\n]+ left\r +\r$/)
})
