import type {FileSource, TraceSource} from '../../../config/scenario.ts'
import type {CatalogueEntry} from '../../../trace/catalogue.ts'
import type {RemoteTrace} from './download-trace.ts'

/** A trace that the user may have fetched from another host. */
export interface TraceOffer extends RemoteTrace {
  readonly source: TraceSource
  /** Who made it and what it may be used for; null = nobody says. */
  readonly madeBy: string | null
  readonly fileName: string
}

export function offerOf(entry: CatalogueEntry, source: TraceSource): TraceOffer {
  return {...entry, source, fileName: entry.id, madeBy: `${entry.madeBy}; ${entry.licence}`}
}

/** null = the source has no address, or none that a browser takes. */
export function offerAt(source: FileSource): TraceOffer | null {
  const {name, url, sha256} = source
  if (url === undefined || !URL.canParse(url)) return null
  return {title: name, file: url, sha256, bytes: null, source, fileName: name, madeBy: null}
}
