import type {Release} from '../../config/release.ts'
import type {TraceFormatOptions} from '../../config/trace-options.ts'

export interface ReadOptions extends TraceFormatOptions {
  /** Whose reading: some formats mean more under 1.6.1; absent = 1.2.1. */
  readonly release?: Release
}
