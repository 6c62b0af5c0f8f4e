import type {PlannerConfig} from '../../../config/scenario.ts'
import {assert} from '../../../core/assert.ts'
import {ArimaPredictor} from './arima.ts'
import {ConstantPredictor} from './constant.ts'
import {type KalmanOptions, KalmanPredictor} from './kalman.ts'
import type {LoadPredictor} from './predictor.ts'
import {ProphetPredictor} from './prophet.ts'

/** One predictor per series, all of the configured kind. */
export interface TrafficPredictors {
  readonly numReq: LoadPredictor
  readonly isl: LoadPredictor
  readonly osl: LoadPredictor
  readonly kvHitRate: LoadPredictor
}

export function createTrafficPredictors(config: PlannerConfig): TrafficPredictors {
  const create = () => createPredictor(config)
  return {numReq: create(), isl: create(), osl: create(), kvHitRate: create()}
}

/** What a predictor is made from, which both releases call alike. */
type PredictorConfig = Pick<
  PlannerConfig,
  | 'load_predictor'
  | 'load_predictor_log1p'
  | 'kalman_q_level'
  | 'kalman_q_trend'
  | 'kalman_r'
  | 'prophet_window_size'
  | 'throughput_adjustment_interval'
>

/** @param kalman what a release adds to the filter of 1.2.1 */
export function createPredictor(
  config: PredictorConfig,
  kalman: Pick<KalmanOptions, 'minPoints' | 'isClamped'> = {},
): LoadPredictor {
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
        ...kalman,
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
  assert(false, `load predictor ${config.load_predictor} passed validation`)
}

/** Windows from which Prophet adds daily terms, or changes its optimiser. */
const PROPHET_DAILY_S = 2 * 86_400
const PROPHET_OTHER_OPTIMISER = 100

/** What the reader of a result should know about the predictor's exactness; null where there is nothing. */
export function predictorNotice(config: PlannerConfig): string | null {
  if (config.optimization_target !== 'sla' || !config.enable_throughput_scaling) return null
  if (config.load_predictor === 'arima') {
    return (
      'Predictions of load_predictor "arima" mostly agree with the reference to six digits, but for some series ' +
      'only to a few percent: its optimiser is stopped half-way, and the reference itself then differs from one ' +
      'machine to the next. "constant", "kalman" and "prophet" have no such spread.'
    )
  }
  const windowS = config.prophet_window_size * config.throughput_adjustment_interval
  const isLong = windowS >= PROPHET_DAILY_S || config.prophet_window_size >= PROPHET_OTHER_OPTIMISER
  if (config.load_predictor !== 'prophet' || !isLong) return null
  return (
    'For windows of two days or of 100 intervals and more, load_predictor "prophet" of the reference adds daily ' +
    'terms or changes its optimiser; predictions here leave that out.'
  )
}
