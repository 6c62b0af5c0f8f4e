import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import {ArimaPredictor} from '../predictors/arima.ts'
import {ConstantPredictor} from '../predictors/constant.ts'
import {KalmanPredictor} from '../predictors/kalman.ts'
import type {LoadPredictor} from '../predictors/predictor.ts'
import {ProphetPredictor} from '../predictors/prophet.ts'

/** Predictor of one series of traffic (planner-1.6.md 9.3). */
export function createPredictor16(config: PlannerConfig16): LoadPredictor {
  const usesLog1p = config.load_predictor_log1p
  switch (config.load_predictor) {
    case 'constant':
      return new ConstantPredictor()
    case 'kalman':
      return new KalmanPredictor({
        levelNoise: config.kalman_q_level,
        trendNoise: config.kalman_q_trend,
        observationNoise: config.kalman_r,
        usesLog1p,
        minPoints: config.kalman_min_points,
        isClamped: true,
      })
    case 'arima':
      return new ArimaPredictor({usesLog1p})
    case 'prophet':
      return new ProphetPredictor({
        windowSize: config.prophet_window_size,
        stepS: config.throughput_adjustment_interval,
        usesLog1p,
      })
  }
}
