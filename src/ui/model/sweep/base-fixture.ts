import {findPreset} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'

/** What a sweep varies, on a trace that nobody reads, for tests of plans. */
export function sweepBase(scenario: Scenario = findPreset('as-published')!.scenario) {
  return {
    scenario,
    traceSha256: 'aa',
    traceBlob: null,
    profile: null,
    profileSha256: null,
    requests: null,
  }
}
