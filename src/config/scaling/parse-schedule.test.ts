import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parseYamlDocuments} from '../yaml-text.ts'
import {parseSchedule, parseScheduleText} from './parse-schedule.ts'

function read(text: string): unknown {
  const parsed = parseScheduleText(text, parseYamlDocuments)
  return parsed.ok ? parsed.value : parsed.error.message
}

describe('a schedule', () => {
  test('is read from a table of timestamps and counts, the first being the start', () => {
    const expected = {
      steps: [
        {at: 0, decode: 2},
        {at: 90, decode: 5},
      ],
    }
    expect(read('Time,Value\n1767225600000,2\n1767225690000,5\n')).toEqual(expected)
    expect(read('1767225600,2\n1767225690,5')).toEqual(expected)
    expect(read('"Time","replicas"\n"2026-01-01 00:00:00",2\n"2026-01-01T01:01:30+01:00",5')).toEqual(
      expected,
    )
    expect(read('0,2\n1m30s,5')).toEqual(expected)
  })

  test('knows prefill and decode by their names', () => {
    expect(read('t,decode pods,prefill pods\n0,3,1\n60,4,2')).toEqual({
      steps: [
        {at: 0, prefill: 1, decode: 3},
        {at: 60, prefill: 2, decode: 4},
      ],
    })
  })

  test('repeats daily where its times are those of a day, the night reaching past midnight', () => {
    const document = {
      repeatEvery: 86_400,
      steps: [
        {at: 0, decode: 2},
        {at: 8 * 3600, decode: 9},
        {at: 19 * 3600, decode: 2},
      ],
    }
    expect(read('08:00,9\n19:00,2')).toEqual(document)
    expect(read('steps: [{at: 0 8 * * *, replicas: 9}, {at: 0 19 * * *, replicas: 2}]')).toEqual(document)
    const noon = {
      startsAt: '12:00',
      steps: [
        {at: '08:00', decode: 9},
        {at: '19:00', decode: 2},
      ],
    }
    const parsed = parseSchedule(noon)
    expect(parsed.ok ? parsed.value.steps.map(({atS}) => atS / 3600) : parsed.error).toEqual([0, 7, 20])
  })

  test.each([
    ['', 'the schedule has no step'],
    ['0,1\n0,2', 'the schedule names the moment 0 s twice'],
    ['0,1\n08:00,2', 'the schedule mixes seconds from the start, times of day and dates'],
    ['0,1\nlater,2', 'line 2 of the schedule: "later" is no time'],
    ['0,1.5', 'line 1 of the schedule: a count of replicas is no whole number'],
    ['steps: [{at: 0}]', 'steps[0].decode is missing, and prefill and replicas are, too'],
    ['steps: [{at: 0, decode: -1}]', 'steps[0].decode is -1; it must be at least 0'],
    [
      '{"steps": [{"at": 60, "decode": 1}], "repeatEvery": "1m"}',
      'repeatEvery is 60 s, but the last step is at 60 s',
    ],
  ])('%j: %s', (text, message) => {
    expect(read(text)).toBe(message)
  })

  test('comes back the same from its own document, and any text gets a document or one sentence', () => {
    const line = fc.tuple(fc.nat(1e6), fc.nat(50)).map(cells => cells.join(','))
    const texts = fc.oneof(
      fc.array(line, {maxLength: 6}).map(lines => lines.join('\n')),
      fc.string(),
      fc.json({maxDepth: 2}).map(json => `{"steps": ${json}}`),
    )
    fc.assert(
      fc.property(texts, text => {
        const parsed = parseScheduleText(text, parseYamlDocuments)
        if (!parsed.ok) expect(parsed.error.message).toMatch(/\S/)
        else expect(parseScheduleText(JSON.stringify(parsed.value), parseYamlDocuments)).toEqual(parsed)
      }),
    )
  })
})
