import {expect, test} from 'vitest'
import {formerScenario} from '../config/former-scenario.ts'
import {defaultScenario} from '../config/presets.ts'
import {readRecord} from './library-record.ts'
import {SWEEPS} from './saved-sweep.ts'
import versionTwo from './sweep-version-2.json' with {type: 'json'}

/** As it was kept when the scenario said `planner`. */
const scenario = {...formerScenario(defaultScenario()), trace: defaultScenario().trace}
const kept = {
  version: 1,
  id: 's1',
  name: 'A sweep',
  notes: '',
  createdAtMs: 8,
  sizeBytes: 10,
  scenario,
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
  expect(read).toEqual({
    ok: true,
    value: {...kept, version: 3, scenario: defaultScenario(), spec: {...kept.spec, repeats}},
  })
})

test('a sweep kept when the planner was the only policy has a fixed fleet where it had no planner', () => {
  const {planner: _, fleet, ...same} = versionTwo.scenario
  const workers = {...fleet.workers, gpusPerInstance: null}
  const now = {...same, fleet: {topology: 'agg', workers}, scaling: {policy: 'fixed'}}
  const read = readRecord(SWEEPS, versionTwo)
  expect(read).toEqual({ok: true, value: {...versionTwo, version: 3, scenario: now}})
})

test('a sweep whose repeats are of nothing known is damaged', () => {
  const spec = {...kept.spec, repeats: {of: 'moon', count: 3}}
  expect(readRecord(SWEEPS, {...kept, version: 2, spec}).ok).toBe(false)
  expect(readRecord(SWEEPS, {...kept, spec: null}).ok).toBe(false)
})
