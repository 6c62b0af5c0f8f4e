import type {RequestColumns} from '../engine/record/record.ts'

/** A file of measurements, and what was simulated of the same requests. */
export interface MeasuredRequest {
  readonly file: Blob
  readonly fileName: string
  readonly simulated: RequestColumns
  /** Of a calibration, ms; 0 without one. */
  readonly overheadMs: number
}
