import {strFromU8, strToU8} from 'fflate'
import {expect, test} from 'vitest'
import {linePieces} from './file-pieces.ts'
import {SeenNames} from './seen-names.ts'
import {sessionPieces} from './session-pieces.ts'

function cut(text: string, bytes: number): readonly string[] {
  const file = strToU8(text)
  let at = 0
  const next = sessionPieces(
    linePieces(() => {
      const piece = file.slice(at, at + bytes)
      at += bytes
      return piece.length === 0 ? null : piece
    }),
  )
  const pieces: string[] = []
  for (let piece = next(); piece !== null; piece = next()) pieces.push(strFromU8(piece))
  return pieces
}

const line = (session: string | null, more = '') =>
  `{${session === null ? '' : `"session_id":"${session}",`}"hash_ids":[1,2]${more}}\n`

test('a piece ends where no session goes on, whatever stands between its lines', () => {
  const lines = [
    line('a'),
    line('a'),
    '\n',
    line('a', ',"session":"b"'),
    line(null),
    line('b'),
    '{"broken"\n',
    line('b'),
    line('c'),
    line('c').trimEnd(),
  ]
  const text = lines.join('')
  const sessions = (piece: string) => new Set(piece.match(/"session_id":"[a-c]"/g) ?? [])
  for (let bytes = 1; bytes <= text.length; bytes++) {
    const pieces = cut(text, bytes)
    expect(pieces.join('')).toBe(text)
    for (const name of ['a', 'b', 'c'])
      expect(pieces.filter(piece => sessions(piece).has(`"session_id":"${name}"`))).toHaveLength(1)
  }
  expect(cut(text, 40).length).toBeGreaterThan(2)
})

test('rows without sessions are cut where they are', () => {
  const text = line(null).repeat(9)
  expect(cut(text, 3 * line(null).length)).toEqual(Array.from({length: 3}, () => line(null).repeat(3)))
})

test('names are known again, however many there are', () => {
  const seen = new SeenNames()
  for (let i = 0; i < 50_000; i++) expect(seen.add(`session-${i}`)).toBe(true)
  for (let i = 0; i < 50_000; i += 7) expect(seen.add(`session-${i}`)).toBe(false)
  expect(seen.add('')).toBe(true)
  expect(seen.add('')).toBe(false)
})
