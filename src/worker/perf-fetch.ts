import type {FetchPerfFile} from '../perf/aic/load-manifest.ts'
import type {WorkerHost} from './host.ts'

/** GPU tables from the site. */
export function createPerfFetch(host: WorkerHost): FetchPerfFile {
  return async (name, options) => {
    const response = await host.openSiteFile(`perf/${name}`, {isFresh: options?.isFresh ?? false})
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }
}
