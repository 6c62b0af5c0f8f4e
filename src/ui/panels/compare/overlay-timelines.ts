import type {ServiceObjective} from '../../../config/scenario.ts'
import type {Timeline, TimeSeries} from '../../kit/charts/base/timeline.ts'
import type {ComparedRun} from '../../model/compare/compared-run.ts'
import type {FinishedRun} from '../../model/run/run.svelte.ts'
import {cumulativeGpuHours, replicaSteps} from '../figures/replica-steps.ts'
import {slaThresholds} from '../figures/run-timelines.ts'
import {labelOf, markOf} from './marks.ts'

interface Curve {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * The same quantity of every run in one chart. Ids differ from the run view's, which may be in the page as well.
 *
 * @param objective what all of them are judged by; null = nobody has one
 */
export function overlayTimelines(
  runs: readonly ComparedRun[],
  objective: ServiceObjective | null,
): Timeline[] {
  const over = (curveOf: (run: FinishedRun) => Curve, shape: TimeSeries['shape'] = 'line'): TimeSeries[] =>
    runs.map(({id, name, run}, i) => {
      const {slot, dash} = markOf(i)
      return {key: id, label: labelOf(i, name), ...curveOf(run), shape, slot, dash}
    })
  const plain = {thresholds: [], scale: 'linear'} as const
  return [
    {
      ...plain,
      id: 'compare-replicas',
      title: 'Serving instances',
      note: 'Instances that serve, prefill and decode pools together.',
      unit: 'count',
      series: over(servingInstances, 'step'),
    },
    {
      ...plain,
      id: 'compare-request-rate',
      title: 'Requests completed',
      note: 'Completions per load interval of each run.',
      unit: 'per_s',
      series: over(run => overIntervals(run, 'completionRate')),
    },
    {
      ...plain,
      id: 'compare-ttft',
      title: 'TTFT observed, mean',
      note: 'Of the requests that completed in each load interval.',
      unit: 'ms',
      scale: 'log',
      thresholds: slaThresholds(objective, 'ttft'),
      series: over(run => overIntervals(run, 'ttftMsMean')),
    },
    {
      ...plain,
      id: 'compare-itl',
      title: 'ITL observed, mean',
      note: 'Of the requests that completed in each load interval.',
      unit: 'ms',
      thresholds: slaThresholds(objective, 'itl'),
      series: over(run => overIntervals(run, 'itlMsMean')),
    },
    {
      ...plain,
      id: 'compare-gpu-hours',
      title: 'GPU-hours billed, cumulative',
      note: 'Starting and draining instances included.',
      unit: 'hours',
      series: over(billedHours),
    },
  ]
}

/** Arrivals of the first run, for the strip that picks the time range. */
export function overviewOf({run}: ComparedRun): Timeline {
  const curve = overIntervals(run, 'arrivalRate')
  return {
    id: 'compare-overview',
    title: 'Arrivals',
    note: '',
    unit: 'per_s',
    scale: 'linear',
    thresholds: [],
    series: [{key: 'arrived', label: 'arrived', ...curve, shape: 'line', slot: 0, fillsArea: true}],
  }
}

function servingInstances({outcome, axis}: FinishedRun): Curve {
  const {x, serving} = replicaSteps(outcome.result.engine.workers, axis.extent[1])
  return {x, y: serving}
}

function overIntervals(
  {outcome}: FinishedRun,
  column: 'arrivalRate' | 'completionRate' | 'ttftMsMean' | 'itlMsMean',
): Curve {
  const {intervals} = outcome.pictures
  return {x: intervals.startMs.map(ms => (ms + intervals.intervalMs) / 1000), y: intervals[column]}
}

function billedHours(run: FinishedRun): Curve {
  const {report, engine} = run.outcome.result
  const {x} = overIntervals(run, 'arrivalRate')
  const total = report.planner_replay.billed_gpu_hours
  return {x, y: cumulativeGpuHours(engine.workers, x, total, report.duration_ms / 1000)}
}
