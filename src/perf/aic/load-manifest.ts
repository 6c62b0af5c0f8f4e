import type {Release} from '../../config/release.ts'
import {messageOf} from '../../core/message-of.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {ESTIMATORS} from './request/estimator.ts'
import {type Manifest, parseManifest} from './tables/manifest.ts'

/**
 * Bytes of a file below `perf/`, from wherever the host keeps them; rejects when it cannot be had. `isFresh` asks
 * for it past all caches.
 */
export type FetchPerfFile = (name: string, options?: {readonly isFresh: boolean}) => Promise<Uint8Array>

/** A host that knows what helps says so: a page has a connection, a command line has files. */
export class PerfFileMissing extends Error {
  override name = 'PerfFileMissing'
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

/** What tables there are for a release. */
export async function loadManifest(fetchFile: FetchPerfFile, release: Release): Promise<Result<Manifest>> {
  const {manifest, edition} = ESTIMATORS[release]
  const bytes = await fetchBytes(manifest, fetchFile, false)
  return bytes.ok ? parseManifest(bytes.value, {name: manifest, edition}) : bytes
}

/** A file of the tables, or why it cannot be had. */
export async function fetchBytes(
  name: string,
  fetchFile: FetchPerfFile,
  isFresh: boolean,
): Promise<Result<Uint8Array>> {
  try {
    return ok(await fetchFile(name, {isFresh}))
  } catch (error) {
    const advice = error instanceof PerfFileMissing ? `: ${error.advice}` : ''
    return fail(`GPU table perf/${name} could not be fetched (${messageOf(error)})${advice}`)
  }
}
