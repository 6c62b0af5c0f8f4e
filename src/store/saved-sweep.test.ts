import {expect, test} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {readRecord} from './library-record.ts'
import {SWEEPS} from './saved-sweep.ts'

const kept = {
  version: 1,
  id: 's1',
  name: 'A sweep',
  notes: '',
  createdAtMs: 8,
  sizeBytes: 10,
  scenario: defaultScenario(),
  spec: {first: {key: 'seed', values: '1,2'}, second: null, repeats: 3},
  traceTitle: 'Short',
  traceSha256: 'abc',
  profileSha256: null,
  pointCount: 6,
  finishedCount: 6,
  release: '0.1.0',
  question: 'q',
}

test('a sweep kept when repeats were a number had phases', () => {
  const read = readRecord(SWEEPS, kept)
  const repeats = {of: 'phase', count: 3}
  expect(read).toEqual({ok: true, value: {...kept, version: 2, spec: {...kept.spec, repeats}}})
})

test('a sweep whose repeats are of nothing known is damaged', () => {
  const spec = {...kept.spec, repeats: {of: 'moon', count: 3}}
  expect(readRecord(SWEEPS, {...kept, version: 2, spec}).ok).toBe(false)
  expect(readRecord(SWEEPS, {...kept, spec: null}).ok).toBe(false)
})
