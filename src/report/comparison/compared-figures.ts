import type {ScalingRecord} from '../../scaling/record.ts'
import type {Report} from '../report.ts'

/** What of a finished run is compared. */
export interface ComparedFigures {
  readonly report: Report
  readonly scaling: Pick<ScalingRecord, 'scalingEvents'> | null
  /** Of its own GPUs, where they cost another amount than the rest; null = unknown. */
  readonly pricePerGpuHour?: number | null
}

export interface Pricing {
  /** Money per GPU-hour, in any currency; null = unknown. */
  readonly pricePerGpuHour: number | null
}
