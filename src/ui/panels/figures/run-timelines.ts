import {objectiveOf} from '../../../config/objective.ts'
import {type PlannerConfig, plannerOf, type ServiceObjective} from '../../../config/scenario.ts'
import type {InstanceTickView} from '../../../policies/dynamo/rules-1.2/planner-detail.ts'
import {type DynamoTick, dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import type {Threshold, Timeline, TimeSeries} from '../../kit/charts/base/timeline.ts'
import {formatCompact, formatMs} from '../../kit/format.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {cumulativeGpuHours, replicaSteps} from './replica-steps.ts'
import {shareMetTimeline} from './share-met.ts'

/** Every timeline of a finished run; those without data are left out. */
export function runTimelines(run: ChartedRun): Timeline[] {
  const record = run.outcome.result.scaling
  const ticks = dynamoTicksOf(record)
  const planner = plannerOf(run.scenario)
  const shareMet = shareMetTimeline(run)
  const all = [
    ...replicaTimelines(run, ticks),
    ...(shareMet === null ? [] : [shareMet]),
    requestRate(run, ticks),
    observedLatency(run, 'ttft'),
    observedLatency(run, 'itl'),
    ...(planner?.optimization_target === 'sla' ? estimates(ticks, planner) : []),
    ...engineLoad(run, ticks),
    engineCapacity(ticks),
    sequenceLengths(run, ticks),
    hitRate(ticks),
    gpuHours(run, record?.ticks ?? []),
  ]
  return all.filter(
    timeline =>
      timeline.series.some(series => series.y.some(value => !Number.isNaN(value))) &&
      // Only the KV router counts hits: under round robin the rate is reported as a flat zero, which says nothing.
      (timeline.id !== 'kv-hit-rate' || timeline.series.some(series => series.y.some(value => value > 0))),
  )
}

/** Instances by state, a picture per pool; of a planner with the lower bounds that its ticks set. */
export function replicaTimelines(run: ChartedRun, ticks: readonly DynamoTick[]): Timeline[] {
  const {workers} = run.outcome.result.engine
  const components = [...new Set(workers.map(worker => worker.component))].sort().reverse()
  const endS = run.axis.extent[1]
  return components.map(component => {
    const steps = replicaSteps(
      workers.filter(worker => worker.component === component),
      endS,
    )
    const bound = component === 'prefill' ? 'throughput_lower_bound_prefill' : 'throughput_lower_bound_decode'
    const pool = component === 'agg' ? '' : `${component} `
    return {
      id: `replicas-${component}`,
      title: component === 'agg' ? 'Replicas' : `Replicas, ${component}`,
      note: `Serving, starting and draining ${pool}instances, from the engine's own record${ticks.length === 0 ? '' : "; the lower bound is throughput scaling's"}.`,
      unit: 'count',
      scale: 'linear',
      thresholds: [],
      series: [
        {
          key: 'serving',
          label: 'serving',
          x: steps.x,
          y: steps.serving,
          shape: 'step',
          slot: 0,
          fillsArea: true,
        },
        {
          key: 'starting',
          label: 'starting',
          x: steps.x,
          y: steps.starting,
          shape: 'step',
          slot: 1,
          dash: '5 3',
        },
        {
          key: 'draining',
          label: 'draining',
          x: steps.x,
          y: steps.draining,
          shape: 'step',
          slot: 3,
          dash: '2 2',
        },
        tickSeries(
          ticks,
          {key: 'bound', label: 'lower bound', slot: 2, shape: 'step', dash: '8 3', mayOverflow: true},
          tick => tick[bound],
        ),
      ],
    }
  })
}

function requestRate(run: ChartedRun, ticks: readonly DynamoTick[]): Timeline {
  const {intervals} = run.outcome.pictures
  const intervalS = plannerOf(run.scenario)?.throughput_adjustment_interval ?? 1
  const x = intervalEnds(run)
  return {
    id: 'request-rate',
    title: 'Request rate',
    note: `Arrivals and completions per load interval${ticks.length === 0 ? '' : '; the prediction is what throughput scaling expected of its next interval'}.`,
    unit: 'per_s',
    scale: 'linear',
    thresholds: [],
    series: [
      {key: 'arrived', label: 'arrived', x, y: intervals.arrivalRate, shape: 'line', slot: 0},
      {
        key: 'completed',
        label: 'completed',
        x,
        y: intervals.completionRate,
        shape: 'line',
        slot: 1,
        dash: '6 2',
      },
      tickSeries(
        ticks,
        {
          key: 'predicted',
          label: 'predicted',
          slot: 2,
          shape: 'line',
          markers: true,
          bridgesGaps: true,
          dash: '2 3',
        },
        tick => divided(tick.predicted_num_req, intervalS),
      ),
    ],
  }
}

function observedLatency(run: ChartedRun, which: 'ttft' | 'itl'): Timeline {
  const {intervals} = run.outcome.pictures
  const x = intervalEnds(run)
  const seconds = intervals.intervalMs / 1000
  const isTtft = which === 'ttft'
  const mean = isTtft ? intervals.ttftMsMean : intervals.itlMsMean
  const series: TimeSeries[] = [{key: 'mean', label: 'mean', x, y: mean, shape: 'line', slot: 0}]
  if (isTtft)
    series.push({key: 'p90', label: 'p90', x, y: intervals.ttftMsP90, shape: 'line', slot: 1, dash: '6 2'})
  return {
    id: `${which}-observed`,
    title: isTtft ? 'TTFT observed' : 'ITL observed',
    note: `Of the requests that completed in each ${seconds} s interval, from our recorder${plannerOf(run.scenario) === null ? '' : '; the planner itself sees traffic only every throughput interval'}.`,
    unit: 'ms',
    scale: isTtft ? 'log' : 'linear',
    thresholds: slaThresholds(objectiveOf(run.scenario), which),
    series,
  }
}

function estimates(ticks: readonly DynamoTick[], planner: PlannerConfig): Timeline[] {
  const make = (which: 'ttft' | 'itl'): Timeline => ({
    id: `${which}-estimated`,
    title: which === 'ttft' ? 'TTFT estimated' : 'ITL estimated',
    note: "The planner's estimate for its slowest engine at each load tick, which load scaling compares with the target.",
    unit: 'ms',
    scale: which === 'ttft' ? 'log' : 'linear',
    thresholds: thresholdAt(planner[which]),
    series: [
      tickSeries(ticks, {key: 'estimate', label: 'estimate', slot: 2, shape: 'line'}, tick =>
        which === 'ttft' ? tick.estimated_ttft_ms : tick.estimated_itl_ms,
      ),
    ],
  })
  return [make('ttft'), make('itl')]
}

/** What the observed latencies of a run are judged by, as a line; none without an objective. */
export function slaThresholds(objective: ServiceObjective | null, which: 'ttft' | 'itl'): Threshold[] {
  return objective === null ? [] : thresholdAt(objective[`${which}Ms`])
}

function thresholdAt(value: number): Threshold[] {
  return [{label: `SLA ${formatMs(value)}`, value}]
}

function engineLoad(run: ChartedRun, ticks: readonly DynamoTick[]): Timeline[] {
  const {fleet} = run.scenario
  const args = fleet.topology === 'agg' ? fleet.workers.args : fleet.decode.args
  const capacity = args.num_gpu_blocks * args.block_size
  const queue = (pool: 'prefill' | 'decode') =>
    perInstance(ticks, pool, instance => instance.queued_prefill_tokens)
  const kvTokens = perInstance(ticks, 'decode', e => e.scheduled_decode_kv_tokens + e.queued_decode_kv_tokens)
  return [
    {
      id: 'prefill-queue',
      title: 'Prefill queue',
      note: 'Prompt tokens that wait for a first pass, per engine, as the planner sees them: the mean and the longest queue.',
      unit: 'tokens',
      scale: 'linear',
      thresholds: [],
      series: spread(ticks, queue(fleet.topology === 'agg' ? 'decode' : 'prefill')),
    },
    {
      id: 'kv-tokens',
      title: 'Decode KV tokens',
      note: 'KV tokens of running and waiting decodes per engine: the mean and the fullest engine, against the KV capacity.',
      unit: 'tokens',
      scale: 'linear',
      thresholds: [{label: `capacity ${formatCompact(capacity)}`, value: capacity}],
      series: spread(ticks, kvTokens),
    },
  ]
}

interface EngineSpread {
  readonly mean: Float64Array
  readonly max: Float64Array
}

function perInstance(
  ticks: readonly DynamoTick[],
  pool: 'prefill' | 'decode',
  measure: (instance: InstanceTickView) => number,
): EngineSpread {
  const mean = new Float64Array(ticks.length).fill(Number.NaN)
  const max = new Float64Array(ticks.length).fill(Number.NaN)
  ticks.forEach((tick, i) => {
    let sum = 0
    let count = 0
    let highest = 0
    for (const instance of tick.engines) {
      if (instance.pool !== pool) continue
      const value = measure(instance)
      sum += value
      count++
      if (value > highest) highest = value
    }
    if (count === 0) return
    mean[i] = sum / count
    max[i] = highest
  })
  return {mean, max}
}

function spread(ticks: readonly DynamoTick[], {mean, max}: EngineSpread): TimeSeries[] {
  const x = tickTimes(ticks)
  return [
    {key: 'mean', label: 'mean of engines', x, y: mean, shape: 'line', slot: 0},
    {key: 'max', label: 'highest engine', x, y: max, shape: 'line', slot: 1, dash: '6 2'},
  ]
}

function engineCapacity(ticks: readonly DynamoTick[]): Timeline {
  const style = {shape: 'line', markers: true, bridgesGaps: true} as const
  return {
    id: 'engine-capacity',
    title: 'Engine capacity',
    note: 'Requests per second one engine can serve within the targets, as throughput scaling estimates it.',
    unit: 'per_s',
    scale: 'linear',
    thresholds: [],
    series: [
      tickSeries(ticks, {...style, key: 'prefill', label: 'prefill', slot: 0}, t => t.engine_rps_prefill),
      tickSeries(
        ticks,
        {...style, key: 'decode', label: 'decode', slot: 1, dash: '4 2'},
        t => t.engine_rps_decode,
      ),
    ],
  }
}

function sequenceLengths(run: ChartedRun, ticks: readonly DynamoTick[]): Timeline {
  const {intervals} = run.outcome.pictures
  const x = intervalEnds(run)
  const predicted = {shape: 'line', markers: true, bridgesGaps: true, dash: '2 3'} as const
  return {
    id: 'sequence-lengths',
    title: 'Sequence lengths',
    note: 'Mean prompt (ISL) and output (OSL) tokens of completed requests, and what the planner predicted.',
    unit: 'tokens',
    scale: 'log',
    thresholds: [],
    series: [
      {key: 'isl', label: 'ISL', x, y: intervals.inputLengthMean, shape: 'line', slot: 0},
      {key: 'osl', label: 'OSL', x, y: intervals.outputLengthMean, shape: 'line', slot: 2},
      tickSeries(
        ticks,
        {...predicted, key: 'isl-predicted', label: 'ISL predicted', slot: 1},
        t => t.predicted_isl,
      ),
      tickSeries(
        ticks,
        {...predicted, key: 'osl-predicted', label: 'OSL predicted', slot: 3},
        t => t.predicted_osl,
      ),
    ],
  }
}

function hitRate(ticks: readonly DynamoTick[]): Timeline {
  const sparse = {shape: 'line', markers: true, bridgesGaps: true} as const
  return {
    id: 'kv-hit-rate',
    title: 'KV cache hit rate',
    note: 'What the KV router found cached at admission, per traffic window, and what the planner predicted.',
    unit: 'share',
    scale: 'linear',
    thresholds: [],
    series: [
      tickSeries(
        ticks,
        {...sparse, key: 'observed', label: 'observed', slot: 0},
        tick => tick.traffic?.kv_hit_rate,
      ),
      tickSeries(
        ticks,
        {...sparse, key: 'predicted', label: 'predicted', slot: 1, dash: '2 3'},
        tick => tick.predicted_kv_hit_rate,
      ),
    ],
  }
}

function gpuHours(run: ChartedRun, ticks: readonly FleetTick[]): Timeline {
  const {workers} = run.outcome.result.engine
  const x = ticks.length > 0 ? tickTimes(ticks) : intervalEnds(run)
  const {report} = run.outcome.result
  const billed = cumulativeGpuHours(
    workers,
    x,
    report.planner_replay.billed_gpu_hours,
    report.duration_ms / 1000,
  )
  return {
    id: 'gpu-hours',
    title: 'GPU-hours, cumulative',
    note: `${plannerOf(run.scenario) === null ? 'Counted are serving instances between the ticks' : 'The reference counts serving instances between its ticks only'}; billed hours include starting and draining ones.`,
    unit: 'hours',
    scale: 'linear',
    thresholds: [],
    series: [
      tickSeries(
        ticks,
        {
          key: 'reference',
          label: plannerOf(run.scenario) === null ? 'serving, at ticks' : "planner's count",
          slot: 0,
          shape: 'line',
        },
        tick => tick.gpu_hours,
      ),
      {key: 'billed', label: 'billed', x, y: billed, shape: 'line', slot: 1, dash: '4 2'},
    ],
  }
}

/** What every policy's ticks have. */
type FleetTick = Pick<DynamoTick, 'at_s' | 'gpu_hours'>

function tickSeries<T extends FleetTick>(
  ticks: readonly T[],
  style: Omit<TimeSeries, 'x' | 'y'>,
  pick: (tick: T) => number | undefined,
): TimeSeries {
  return {...style, x: tickTimes(ticks), y: Float64Array.from(ticks, tick => pick(tick) ?? Number.NaN)}
}

function tickTimes(ticks: readonly FleetTick[]): Float64Array {
  return Float64Array.from(ticks, tick => tick.at_s)
}

function intervalEnds(run: ChartedRun): Float64Array {
  const {intervals} = run.outcome.pictures
  return intervals.startMs.map(startMs => (startMs + intervals.intervalMs) / 1000)
}

function divided(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by
}

/** Arrivals over the whole run, small, for the strip that picks the time range. */
export function overviewTimeline(run: ChartedRun): Timeline {
  const {intervals} = run.outcome.pictures
  return {
    id: 'overview',
    title: 'Arrivals',
    note: '',
    unit: 'per_s',
    scale: 'linear',
    thresholds: [],
    series: [
      {
        key: 'arrived',
        label: 'arrived',
        x: intervalEnds(run),
        y: intervals.arrivalRate,
        shape: 'line',
        slot: 0,
        fillsArea: true,
      },
    ],
  }
}
