import type {Scenario, TraceSource} from '../../config/scenario.ts'
import type {TraceState} from '../state/trace.svelte.ts'

export const GENERATED_TITLE = 'Generated traffic'

/** What traces are called, as far as the catalogue has come. */
export class TraceTitles {
  readonly #trace: TraceState

  constructor(trace: TraceState) {
    this.#trace = trace
  }

  ofSource = (source: TraceSource): string => {
    if (source.kind === 'file') return source.name
    return this.#trace.catalogue.find(({id}) => id === source.id)?.title ?? source.id
  }

  ofTraffic = ({synthetic, trace}: Scenario): string =>
    synthetic === undefined ? this.ofSource(trace) : GENERATED_TITLE

  /** null = not a trace of the catalogue. */
  ofBytes = (sha256: string): string | null =>
    this.#trace.catalogue.find(entry => entry.sha256 === sha256)?.title ?? null

  /** Where the command line finds it. */
  pathOf(source: TraceSource): string {
    if (source.kind === 'file') return source.name
    const file = this.#trace.catalogue.find(({id}) => id === source.id)?.file ?? source.id
    return file.includes(':') ? (file.split('/').at(-1) ?? file) : `static-traces/${file}`
  }
}
