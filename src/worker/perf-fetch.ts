import {messageOf} from '../core/message-of.ts'
import {type FetchPerfFile, PerfFileMissing} from '../perf/aic/load-manifest.ts'
import type {WorkerHost} from './host.ts'

const ADVICE = 'check the connection and retry'

/** GPU tables from the site. */
export function createPerfFetch(host: WorkerHost): FetchPerfFile {
  return async (name, options) => {
    const isFresh = options?.isFresh ?? false
    let response: Response
    try {
      response = await host.openSiteFile(`perf/${name}`, {isFresh})
    } catch (error) {
      throw new PerfFileMissing(messageOf(error), ADVICE)
    }
    if (!response.ok) throw new PerfFileMissing(`the server answered ${response.status}`, ADVICE)
    return new Uint8Array(await response.arrayBuffer())
  }
}
