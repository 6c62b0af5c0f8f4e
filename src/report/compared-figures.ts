import type {PlannerRecord} from '../policies/dynamo/record.ts'
import type {Report} from './report.ts'

/** What of a finished run is compared. */
export interface ComparedFigures {
  readonly report: Report
  readonly planner: Pick<PlannerRecord, 'scalingEvents'> | null
}

export interface Pricing {
  /** Money per GPU-hour, in any currency; null = unknown. */
  readonly pricePerGpuHour: number | null
}
