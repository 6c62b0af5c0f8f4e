import type {Scenario} from '../../../config/scenario.ts'
import type {PointRequest} from '../../../worker/protocol.ts'

/** What every run of a sweep or a search starts from. */
export interface RunBase {
  readonly scenario: Scenario
  /** Of the trace file, whatever seed it is made anew with. */
  readonly traceSha256: string
  readonly traceBlob: Blob | null
  /** Recorded pass times; null = the scenario is timed by something else. */
  readonly profile: PointRequest['profile']
  readonly profileSha256: string | null
}

/** What is on the page for them. */
export interface AtHand {
  /** null while a field is wrong */
  readonly scenario: Scenario | null
  /** null until the trace is read */
  readonly traceSha256: string | null
  readonly traceBlob: Blob | null
  /** The profile on the page, if any, with its checksum once its bytes are read. */
  readonly profile: {readonly file: File | null; readonly sha256: string | null}
}

/** Null as long as anything that the runs need is not there yet. */
export function runBaseOf({scenario, traceSha256, traceBlob, profile}: AtHand): RunBase | null {
  if (scenario === null || traceSha256 === null) return null
  const base = {scenario, traceSha256, traceBlob}
  if (scenario.engineTiming !== 'profile') return {...base, profile: null, profileSha256: null}
  const {file, sha256} = profile
  if (file === null || sha256 === null) return null
  return {...base, profile: {name: file.name, blob: file}, profileSha256: sha256}
}
