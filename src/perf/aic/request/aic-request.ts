import type {Release} from '../../../config/release.ts'
import type {ModelConfig} from '../../models/model-config.ts'
/** One engine whose pass times are asked for. */
export interface AicRequest {
  /** Whose estimator is asked. */
  readonly release: Release
  readonly system: string
  readonly backend: string
  /** null = the measured version of the backend. */
  readonly version: string | null
  readonly model: ModelConfig
  readonly tp: number
  readonly moeTp: number | null
  readonly moeEp: number | null
  readonly attentionDp: number | null
}
