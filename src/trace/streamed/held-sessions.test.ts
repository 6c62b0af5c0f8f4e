import {expect, test} from 'vitest'
import {type FileTurn, HeldSessions} from './held-sessions.ts'
import type {LaterTurns} from './request-source.ts'

/** Turns of one session, as the columns of a file have them. */
function turnsOf(prompts: readonly (readonly number[])[]): readonly FileTurn[] {
  const hashIds = Uint32Array.from([99, ...prompts.flat()])
  let hashStart = 1
  return prompts.map((prompt, turn) => {
    const from = hashStart
    hashStart += prompt.length
    return {
      inputLength: 10 + turn,
      outputLength: 20 + turn,
      delayMs: 30 + turn,
      hashIds,
      hashStart: from,
      hashEnd: hashStart,
    }
  })
}

function held(sessions: HeldSessions, prompts: readonly (readonly number[])[]): LaterTurns | null {
  const [first, ...later] = turnsOf(prompts)
  sessions.begin(first!)
  for (const turn of later) sessions.add(turn)
  return sessions.finish(5, 40)
}

const PROMPTS = [[1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 9], [7], [1, 2], [1, 2, 9, 8], [1, 2, 9, 8]]

test('prompts come back as they were, of sessions that go on by turns', () => {
  const sessions = new HeldSessions(16)
  const a = held(sessions, PROMPTS)!
  const b = held(sessions, PROMPTS.toReversed())!
  for (let turn = 1; turn < PROMPTS.length; turn++)
    for (const [session, prompts] of [
      [a, PROMPTS],
      [b, PROMPTS.toReversed()],
    ] as const) {
      const prompt = prompts[turn]!
      const {hashIds, nextHash, traceBlockSize} = session.prefixes!
      expect([...hashIds.subarray(nextHash, nextHash + prompt.length)]).toEqual(prompt)
      expect(traceBlockSize).toBe(16)
      expect([session.nextInputLength, session.nextOutputLength, session.nextDelayMs]).toEqual([
        10 + turn,
        20 + turn,
        30 + turn,
      ])
      expect([session.session, session.nextNumber, session.isOver]).toEqual([5, 40 + turn, false])
      session.skip()
      expect(session.isOver).toBe(turn === PROMPTS.length - 1)
    }
})

test('it is known how much of the session goes on with a prompt', () => {
  const sessions = new HeldSessions(16)
  const session = held(sessions, PROMPTS)!
  // The first three go on to the second alone; then it goes on from 7 to nothing, from 1, 2 to the end.
  const later = [sessions.laterIds]
  for (; !session.isOver; session.skip()) later.push(session.prefixes!.laterIds!)
  expect(later).toEqual([2, 0, 0, 0, 2, 0, 0])
})

test('a session of one turn has nothing to come', () => {
  expect(held(new HeldSessions(16), [[1, 2]])).toBe(null)
})

test('ids of turns that wait have their bound, and those of sessions that are over do not count', () => {
  const sessions = new HeldSessions(16, 10)
  const first = held(sessions, [
    [1, 2, 3],
    [1, 2, 3, 4],
  ])!
  held(sessions, [
    [5, 6],
    [5, 6, 7, 8],
  ])
  first.skip()
  held(sessions, [
    [1, 2, 3],
    [1, 2, 3, 4],
  ])
  expect(() => held(sessions, [[1], [1, 2, 3]])).toThrow(/more than 10 hash ids.*too many sessions/)
})
