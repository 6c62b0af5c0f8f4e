import type {ForwardPasses} from '../../engine/observation.ts'

/** Some of the passes of a window, in an order: rows of its columns, the first `count` of them. */
export interface PassRows {
  readonly passes: ForwardPasses
  readonly rows: Int32Array
  readonly count: number
}

/** All passes, as they stand. */
export function allRows(passes: ForwardPasses): PassRows {
  return {passes, rows: Int32Array.from({length: passes.count}, (_, row) => row), count: passes.count}
}
