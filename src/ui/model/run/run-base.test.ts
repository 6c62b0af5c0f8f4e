import {describe, expect, test} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import {runBaseOf} from './run-base.ts'

const scenario = defaultScenario()
const profile = {file: new File(['passes'], 'passes.npz'), sha256: 'ab'}
const atHand = {scenario, traceSha256: 'cd', traceBlob: null, profile}

describe('what the runs of a sweep or a search start from', () => {
  test('is not there before the scenario is right and the trace is read', () => {
    expect(runBaseOf({...atHand, scenario: null})).toBeNull()
    expect(runBaseOf({...atHand, traceSha256: null})).toBeNull()
  })

  test('holds a profile only where the scenario is timed by it', () => {
    expect(runBaseOf(atHand)).toMatchObject({profile: null, profileSha256: null})
    const timed = {...scenario, engineTiming: 'profile' as const}
    expect(runBaseOf({...atHand, scenario: timed})).toMatchObject({
      profile: {name: 'passes.npz', blob: profile.file},
      profileSha256: 'ab',
    })
  })

  test('waits for the bytes of a profile', () => {
    const timed = {...atHand, scenario: {...scenario, engineTiming: 'profile' as const}}
    expect(runBaseOf({...timed, profile: {...profile, sha256: null}})).toBeNull()
    expect(runBaseOf({...timed, profile: {file: null, sha256: null}})).toBeNull()
  })
})
