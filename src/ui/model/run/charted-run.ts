import type {Scenario} from '../../../config/scenario.ts'
import type {RunPictures} from '../../../report/compute-pictures.ts'
import type {RunResult} from '../../../run/run.ts'
import type {Span} from '../../kit/charts/base/time-axis.svelte.ts'

/** What the pictures of a run are made from: the page has it as its finished run, the command line makes it. */
export interface ChartedRun {
  readonly scenario: Scenario
  readonly outcome: {
    readonly result: RunResult
    readonly pictures: RunPictures
    readonly traceName: string
  }
  readonly axis: {readonly extent: Span}
}

/** The time every chart of a run spans; never empty, so that there is an axis to draw. */
export function runExtent({engine, report}: RunResult): Span {
  return [0, Math.max(engine.endMs / 1000, report.duration_ms / 1000, 1)]
}
