import type {Scenario, TraceSource} from '../../../config/scenario.ts'
import type {CatalogueEntry} from '../../../trace/catalogue.ts'
import type {TraceState} from './trace.svelte.ts'

export const GENERATED_TITLE = 'Generated traffic'

/** What traces are called, as far as the catalogue has come. */
export class TraceTitles {
  readonly #trace: TraceState

  constructor(trace: TraceState) {
    this.#trace = trace
  }

  /** @param seed what the trace is made anew with; null = it is as it is */
  ofSource = (source: TraceSource, seed: number | null): string => {
    const title = source.kind === 'file' ? source.name : (this.#entryOf(source.id)?.title ?? source.id)
    return seed === null ? title : `${title}, seed ${seed}`
  }

  ofTraffic = ({synthetic, trace, traceSeed}: Scenario): string =>
    synthetic === undefined ? this.ofSource(trace, traceSeed ?? null) : GENERATED_TITLE

  /** null = not a trace of the catalogue. */
  ofBytes = (sha256: string): string | null =>
    this.#trace.catalogue.find(entry => entry.sha256 === sha256)?.title ?? null

  /** Where the command line finds it. */
  pathOf(source: TraceSource): string {
    if (source.kind === 'file') return source.name
    const file = this.#entryOf(source.id)?.file ?? source.id
    return file.includes(':') ? (file.split('/').at(-1) ?? file) : `static-traces/${file}`
  }

  /** Of the file itself, whatever seed it is made anew with; null = not known yet. */
  sha256Of(source: TraceSource): string | null {
    return source.kind === 'file' ? source.sha256 : (this.#entryOf(source.id)?.sha256 ?? null)
  }

  #entryOf(traceId: string): CatalogueEntry | undefined {
    return this.#trace.catalogue.find(({id}) => id === traceId)
  }
}
