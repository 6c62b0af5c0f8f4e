import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import {createPredictor} from '../predictors/create.ts'
import type {LoadPredictor} from '../predictors/predictor.ts'

/** Predictor of one series of traffic (planner-1.6.md 9.3). */
export function createPredictor16(config: PlannerConfig16): LoadPredictor {
  return createPredictor(config, {minPoints: config.kalman_min_points, isClamped: true})
}
