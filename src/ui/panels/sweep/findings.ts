import type {ServiceLevel} from '../../../report/service-level.ts'
import {CLIFF_RULE, type Cliff} from '../../../sweep/cliff.ts'
import {type Curve, curvesOf} from '../../../sweep/curves.ts'
import {computeFrontier, computeRegret, type FrontierRun, groupByTrace} from '../../../sweep/frontier.ts'
import {computeObservations, saysCliff} from '../../../sweep/observations.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../../../sweep/points.ts'
import {computeBand, REPEAT_WORDS} from '../../../sweep/repeats.ts'
import {describeSpread} from '../../../sweep/spread.ts'
import {formatFixed, formatValue} from '../../kit/format.ts'
import type {SweepPlan} from '../../model/sweep/plan.ts'
import {isColdStart} from './plots.ts'

/** What a sweep found, in sentences, and what of it is marked on the charts. */
export interface Findings {
  readonly groups: readonly FindingGroup[]
  /** By series; marked where there is one curve. */
  readonly cliff: Cliff | null
  /** How the cliff was found; '' when none was looked for. */
  readonly rule: string
}

export interface FindingGroup {
  /** Series it is about; '' = the sweep as a whole. */
  readonly heading: string
  readonly sentences: readonly string[]
}

export function computeFindings(plan: SweepPlan, rows: readonly SweepRow[]): Findings {
  if (isFrontier(plan)) {
    const sentences = describeFrontier(rows.filter(isFinished), plan)
    return {groups: [{heading: '', sentences}], cliff: null, rule: ''}
  }
  const {targets, axes} = plan
  const [axis] = axes
  const isNumeric = axis?.key.field.type === 'integer' || axis?.key.field.type === 'number'
  if (targets === null || !isNumeric) return {groups: [], cliff: null, rule: ''}
  const curves = curvesOf(rows, axes)
  const own = curves.filter(curve => curve.repeat === 0)
  const seen = own.flatMap(curve => {
    const repeats = curves.filter(other => other.series === curve.series)
    const found = describeCurve(plan, targets, {curve, repeats})
    return found === null ? [] : [{heading: curve.series, ...found}]
  })
  const [first] = seen
  return {
    groups: seen.map(({heading, sentences}) => ({heading, sentences})),
    cliff: seen.length === 1 ? (first?.cliff ?? null) : null,
    rule: seen.some(({cliff}) => cliff !== null) ? CLIFF_RULE : '',
  }
}

function describeCurve(
  plan: SweepPlan,
  targets: ServiceLevel,
  {curve, repeats}: {readonly curve: Curve; readonly repeats: readonly Curve[]},
): {readonly cliff: Cliff | null; readonly sentences: readonly string[]} | null {
  const [axis] = plan.axes
  const unit = axis?.key.unit == null ? '' : ` ${axis.key.unit}`
  const {points} = curve
  const observed = computeObservations({points, targets, unit, isColdStart: isColdStart(plan)})
  if (observed === null || points.every(({row}) => row.total_ticks === 0)) return null
  const cliff = saysCliff(plan.axes, observed.cliff) ? observed.cliff : null
  const {of} = plan.spec.repeats
  const spread = describeSpread({curves: repeats, of, targetMs: targets.ttftMs, unit})
  return {
    cliff,
    sentences: [
      ...(cliff === null ? [] : [observed.cliffSentence, ...spread]),
      observed.scalingSentence,
      observed.itlSentence,
      ...describeHalving(plan, repeats),
    ],
  }
}

/** Fixed fleets beside planner runs: drawn as attainment against cost. */
export function isFrontier(plan: SweepPlan): boolean {
  return plan.axes.some(({key}) => key.path === 'planner')
}

/** What half the start-up time would be worth: of the scenario's own, or of the longest that was swept. */
export function describeHalving(plan: SweepPlan, repeats: readonly Curve[]): readonly string[] {
  const [axis] = plan.axes
  if (axis === undefined || !axis.key.path.endsWith('.startup_time')) return []
  const xs = repeats[0]?.points.map(({x}) => x) ?? []
  const own = ownStartupS(plan)
  const from = own > 0 && xs.includes(own) ? own : xs.at(-1)
  if (from === undefined || from <= 0 || !xs.includes(from / 2)) return []
  const median = (x: number, figure: (row: FinishedRow) => number | null): number | null => {
    const rows = repeats.flatMap(({points}) => points.filter(point => point.x === x))
    const values = rows.flatMap(({row}) => figure(row) ?? [])
    return computeBand(values)?.median ?? null
  }
  const hours = [from, from / 2].map(x => median(x, row => row.gpu_hours)) as [number, number]
  const sla = [from, from / 2].map(x => median(x, row => row.sla_attainment))
  const p90 = [from, from / 2].map(x => median(x, row => row.p90_ttft_ms)) as [number, number]
  const saved = hours[0] - hours[1]
  const cost =
    Math.abs(saved) < 0.005
      ? 'leave GPU-hours as they are'
      : `${saved > 0 ? 'save' : 'cost'} ${formatFixed(Math.abs(saved), 2)} GPU-hours (${formatValue(Math.abs(saved) / hours[0], 'share')})`
  const [slaBefore, slaAfter] = sla
  const attainment =
    slaBefore == null || slaAfter == null
      ? []
      : [change('SLA attainment', formatValue(slaBefore, 'share'), formatValue(slaAfter, 'share'))]
  const latency = change('p90 TTFT', formatValue(p90[0], 'ms'), formatValue(p90[1], 'ms'))
  const middle =
    repeats.length > 1 ? ` (medians of ${repeats.length} ${REPEAT_WORDS[plan.spec.repeats.of]})` : ''
  const worth = [cost, ...attainment].join(', ')
  return [`Halving start-up from ${from} to ${from / 2} s would ${worth} and ${latency}${middle}.`]
}

function change(what: string, before: string, after: string): string {
  return before === after ? `leave ${what} at ${before}` : `move ${what} from ${before} to ${after}`
}

function ownStartupS({base}: SweepPlan): number {
  const {fleet} = base.scenario
  const pool = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  return pool.args.startup_time ?? 0
}

export interface FrontierPoint extends FrontierRun {
  readonly row: FinishedRow
  readonly isPlanned: boolean
  /** No other fixed fleet beats it. */
  readonly isOnFrontier: boolean
}

/** Every finished run as cost and attainment, in rising order of cost. The frontier is that of the scenario's own trace. */
export function frontierPoints(rows: readonly SweepRow[]): readonly FrontierPoint[] {
  const runs = rows.filter(isFinished).flatMap(row => {
    const run = frontierRun(row)
    return run === null ? [] : [{...run, row, isPlanned: row.total_ticks > 0}]
  })
  const own = runs.filter(({row, isPlanned}) => row.repeat === 0 && !isPlanned)
  const best = new Set(computeFrontier(own).map(({id}) => id))
  return runs
    .map(run => ({...run, isOnFrontier: best.has(run.id)}))
    .sort((a, b) => a.gpuHours - b.gpuHours || a.attainment - b.attainment)
}

function frontierRun({id, gpu_hours, sla_attainment}: FinishedRow): FrontierRun | null {
  return sla_attainment === null ? null : {id, gpuHours: gpu_hours, attainment: sla_attainment}
}

function describeFrontier(rows: readonly FinishedRow[], own: SweepPlan): readonly string[] {
  const points = frontierPoints(rows)
  const frontier = points.filter(point => point.isOnFrontier)
  if (frontier.length === 0) return []
  const [cheapest, ...others] = frontier.map(
    ({attainment, gpuHours}) => `${formatValue(attainment, 'share')} for ${hoursOf(gpuHours)}`,
  )
  const reach = others.length === 0 ? cheapest : `from ${cheapest} to ${others.at(-1)}`
  const planned = points.filter(point => point.isPlanned && point.row.repeat === 0)
  const start = initialWorkers(own)
  const named = planned.find(({row}) => row.axes.num_workers === start) ?? planned[0]
  return [
    `Fixed fleets that no other fixed fleet beats reach ${reach}.`,
    ...(named === undefined ? [] : [describeRegret(named, frontier)]),
    ...describeRegrets(rows),
  ]
}

/** Of the fleet that starts; the runs of the scenario as it stands are the ones to name. */
function initialWorkers({base}: SweepPlan): number {
  const {fleet} = base.scenario
  return fleet.topology === 'agg' ? fleet.workers.initialWorkers : fleet.decode.initialWorkers
}

function describeRegret(run: FrontierPoint, frontier: readonly FrontierRun[]): string {
  const {cheapest, gpuHours, attainment} = computeRegret(run, frontier)
  const what = `With the planner (${run.id}): ${formatValue(run.attainment, 'share')} for ${hoursOf(run.gpuHours)}`
  if (cheapest !== null && gpuHours !== null) {
    const side = gpuHours > 0 ? `more, its regret` : 'less'
    return (
      `${what}. The cheapest fixed fleet as good, chosen knowing the whole trace, is ${cheapest.id} with ` +
      `${hoursOf(cheapest.gpuHours)}: the planner takes ${hoursOf(Math.abs(gpuHours))} ${side}.`
    )
  }
  const best =
    attainment === null
      ? ''
      : ` The best fixed fleet for no more cost attains ${formatFixed(Math.abs(attainment) * 100, 1)} points ${attainment > 0 ? 'more' : 'less'}.`
  return `${what}. No fixed fleet here is as good.${best}`
}

/** The spread over all planner runs, each against the fixed fleets that served the same requests: much of it is luck. */
function describeRegrets(rows: readonly FinishedRow[]): readonly string[] {
  const regrets = groupByTrace(rows).flatMap(ofTrace => {
    const runs = (isPlanned: boolean) =>
      ofTrace.filter(row => row.total_ticks > 0 === isPlanned).flatMap(row => frontierRun(row) ?? [])
    const frontier = computeFrontier(runs(false))
    return runs(true).map(run => computeRegret(run, frontier).gpuHours)
  })
  if (regrets.length < 2) return []
  const band = computeBand(regrets.filter(hours => hours !== null))
  if (band === null) return []
  const signed = (hours: number) => `${hours < 0 ? '−' : '+'}${formatFixed(Math.abs(hours), 2)}`
  return [
    `Over ${regrets.length} planner runs the regret lies between ${signed(band.min)} and ${signed(band.max)} GPU-hours; ` +
      'below zero the planner beats every fixed fleet as good.',
  ]
}

function hoursOf(hours: number): string {
  return `${formatFixed(hours, 2)} GPU-hours`
}
