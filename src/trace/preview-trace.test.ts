import fc from 'fast-check'
import {strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {FUZZ} from '../../test/support/fuzz.ts'
import {findBadLines} from './bad-lines.ts'
import {parseTrace} from './formats/parse-trace.ts'
import {previewTrace} from './preview-trace.ts'

const row = (timestamp: number) =>
  `{"timestamp":${timestamp},"input_length":600,"output_length":5,"hash_ids":[1,2]}`

function preview(text: string) {
  const found = previewTrace(strToU8(text), 'f')
  if (!found.ok) throw new Error(found.error.message)
  return found.value
}

describe('a preview', () => {
  it('guesses what names say, with the unit, and leaves the rest to the reader', () => {
    const {header, rows, guess, bad} = preview('arrival_time_us;isl;words\n10;500;20\n20;600;30\n')
    expect(header).toEqual(['arrival_time_us', 'isl', 'words'])
    expect(rows).toEqual([
      ['10', '500', '20'],
      ['20', '600', '30'],
    ])
    expect(guess).toEqual({timestamp: 'arrival_time_us', input: 'isl', unit: 'us'})
    expect(bad).toBeNull()
  })

  it('takes the keys of JSON lines for columns', () => {
    const {format, header, rows} = preview(
      '{"ts":1,"prompt_tokens":5,"completion_tokens":2}\n{"ts":2,"extra":"x"}\n',
    )
    expect(format).toBe('lengths')
    expect(header).toEqual(['ts', 'prompt_tokens', 'completion_tokens', 'extra'])
    expect(rows[1]).toEqual(['2', '', '', 'x'])
  })

  it('never fails but with a sentence, in ten thousand cases', () => {
    const pieces = fc.constantFrom(
      '{"timestamp":1',
      ',',
      '"isl":2}',
      '\n',
      'a,b',
      '[',
      ']',
      '"',
      row(1),
      '\ufeff',
      '1;2;3',
    )
    const text = fc.array(pieces, {maxLength: 12}).map(list => strToU8(list.join('')))
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({maxLength: 80})), bytes => {
        const found = previewTrace(bytes, 'f')
        return found.ok ? found.value.rows.length <= 5 : found.error.message.length > 0
      }),
      FUZZ,
    )
  })
})

describe('bad lines', () => {
  const text = [row(0), '{"timestamp": oops}', row(1000), row(2000).replace('600', '-1'), row(3000)].join(
    '\n',
  )

  it('are all found, each with what is wrong', () => {
    const {lines, hasMore} = findBadLines(strToU8(text), 'f')
    expect(lines.map(({line}) => line)).toEqual([2, 4])
    expect(lines[1]!.message).toContain('input_length')
    expect(hasMore).toBe(false)
  })

  it('can be left out, and the rest is read as it was', () => {
    const parsed = parseTrace(text, 'f', {leaveOut: '2,4'})
    expect(parsed.ok && [...parsed.value.line]).toEqual([1, 3, 5])
    expect(parsed.ok && parsed.value.notices).toEqual(['f: lines 2, 4 were left out.'])
  })

  it('are no cure for another format', () => {
    expect(findBadLines(strToU8('x\n'.repeat(100)), 'f', {format: 'mooncake'}).hasMore).toBe(true)
  })
})
