import type {Calibration} from '../config/calibration.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import type {CalibratedFigures, ReferenceReport, UncalibratedFigures} from './report.ts'
import {countAttained, type ServiceLevel} from './service-level.ts'

const STATISTICS = ['mean', 'median', 'p90', 'p99'] as const

/**
 * Latencies with the time that a measured run spent outside the engine: a constant on every request's first token and end. The
 * reference's own figures stay without it; gaps between tokens have none of it.
 */
export function computeCalibrated(
  {of, overheadMs}: Calibration,
  report: ReferenceReport,
  requests: RequestColumns,
  objective: ServiceLevel | null,
): CalibratedFigures {
  const shifted = (latency: 'ttft_ms' | 'e2e_latency_ms') =>
    Object.fromEntries(
      STATISTICS.map(statistic => [
        `${statistic}_${latency}`,
        report[`${statistic}_${latency}`] + (report.completed_requests === 0 ? 0 : overheadMs),
      ]),
    )
  const attained =
    objective === null
      ? null
      : countAttained(requests, {...objective, ttftMs: objective.ttftMs - overheadMs}) /
        Math.max(report.completed_requests, 1)
  return {
    of,
    overhead_ms: overheadMs,
    ...shifted('ttft_ms'),
    ...shifted('e2e_latency_ms'),
    sla_attainment: attained,
  } as CalibratedFigures
}

/** The same in a line, each beside what was simulated. */
export function tellCalibrated(figures: CalibratedFigures, report: ReferenceReport): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`
  const told = (['ttft_ms', 'e2e_latency_ms'] as const).map(latency => {
    const name = latency === 'ttft_ms' ? 'time to first token' : 'request latency'
    const [mean, p90] = (['mean', 'p90'] as const).map(
      statistic =>
        `${statistic === 'p90' ? 'p90' : 'mean'} ${ms(figures[`${statistic}_${latency}`])} (engine alone ${ms(report[`${statistic}_${latency}`])})`,
    )
    return `${name} ${mean}, ${p90}`
  })
  const share =
    figures.sla_attainment === null
      ? ''
      : `; within the objective ${(figures.sla_attainment * 100).toFixed(1)} %`
  return `Calibrated by ${figures.of}, ${ms(figures.overhead_ms)} a request outside the engine: ${told.join('; ')}${share}.`
}

const LATENCIES = ['ttft_ms', 'itl_ms', 'e2e_latency_ms'] as const

/** The latencies of a run that was made without the calibration. */
export function uncalibratedFigures(report: UncalibratedFigures): UncalibratedFigures {
  return Object.fromEntries(
    LATENCIES.flatMap(latency =>
      STATISTICS.map(statistic => [`${statistic}_${latency}`, report[`${statistic}_${latency}`]]),
    ),
  ) as unknown as UncalibratedFigures
}

/** The same in a line. */
export function tellUncalibrated(figures: UncalibratedFigures): string {
  const names = {
    ttft_ms: 'time to first token',
    itl_ms: 'inter-token latency',
    e2e_latency_ms: 'request latency',
  }
  const told = LATENCIES.map(
    latency =>
      `${names[latency]} mean ${figures[`mean_${latency}`].toFixed(2)} ms, p90 ${figures[`p90_${latency}`].toFixed(2)} ms`,
  )
  return `Without the calibration, in a second run: ${told.join('; ')}.`
}
