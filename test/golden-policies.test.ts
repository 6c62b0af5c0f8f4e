/**
 * Other autoscalers against what the real controllers decided: every tick of every timeline, from the configuration and
 * what the controller saw alone.
 */
import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {answerTimeline} from '../src/policies/recorded/answer-timeline.ts'
import {SHARED} from './support/shared.ts'

const FOLDER = `${SHARED}/golden/policies`

/** What the controller decided; a timeline without them can only be answered by deciding. */
const ANSWERS = ['out', 'fromHpa', 'replicasAfter', 'active', 'error', 'failures', 'lastActiveMs']

interface Timeline {
  readonly ticks: readonly Readonly<Record<string, unknown>>[]
}

describe.runIf(SHARED !== null).each(['hpa', 'keda', 'kpa'])('%s decides as the real code did', policy => {
  const files =
    SHARED === null ? [] : readdirSync(`${FOLDER}/${policy}`).filter(name => name.endsWith('.json'))

  test.each(files)('%s', name => {
    const recorded = JSON.parse(readFileSync(`${FOLDER}/${policy}/${name}`, 'utf8')) as Timeline
    const asked = {...recorded, ticks: recorded.ticks.map(withoutAnswers)}
    const answered = answerTimeline(asked)
    if (!answered.ok) throw new Error(answered.error.message)
    const {ticks} = answered.value as Timeline
    expect(ticks.length).toBe(recorded.ticks.length)
    for (const [i, tick] of ticks.entries()) expect(tick, `tick ${i}`).toEqual(recorded.ticks[i])
  })
})

function withoutAnswers(tick: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tick).filter(([key]) => !ANSWERS.includes(key)))
}
