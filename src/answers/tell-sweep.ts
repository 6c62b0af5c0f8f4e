import {objectiveOf} from '../config/objective.ts'
import {releaseOf} from '../config/releases/release-forms.ts'
import {poolsOf, type Scenario, type ServiceObjective} from '../config/scenario.ts'
import type {SweepAxis} from '../sweep/axis.ts'
import {CLIFF_RULE, type Cliff} from '../sweep/cliff.ts'
import {type Curve, curvesOf, medianCurve} from '../sweep/curves.ts'
import {tellKnob} from '../sweep/keys.ts'
import {computeObservations, isOverStartup} from '../sweep/observations.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../sweep/points.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'
import {describeSpread} from '../sweep/spread.ts'
import {answerAim} from './aim-answer.ts'
import type {TellKnob} from './configurations.ts'
import {answerFrontier} from './frontier-answer.ts'
import {answerByGpu, describeCapacity, type GpuPrices, gpuAxisOf, gpuPriceOf, isPriced} from './gpu-answer.ts'
import {answerObjectiveSweep, objectiveAxisOf} from './objective-sweep.ts'
import {describeHalving} from './startup-worth.ts'
import {answerSweep} from './sweep-answer.ts'

/** A sweep that was run, wholly or in part. */
export interface TellableSweep {
  readonly axes: readonly SweepAxis[]
  readonly base: Scenario
  /** What its points were run with. */
  readonly scenarios: readonly Scenario[]
  readonly rows: readonly SweepRow[]
  readonly repeatsOf: RepeatKind
  readonly prices: GpuPrices
}

/** What a sweep found, in sentences, and what of it is marked on the charts. */
export interface SweepFindings {
  readonly groups: readonly FindingGroup[]
  /** Marked where there is one curve. */
  readonly cliff: Cliff | null
  /** How the cliff was found; '' when none was looked for. */
  readonly rule: string
}

export interface FindingGroup {
  /** Series it is about; '' = the sweep as a whole. */
  readonly heading: string
  readonly sentences: readonly string[]
}

/** What a sweep says, by the one objective of its base; nothing where nobody said what to judge by. */
export function tellSweep(sweep: TellableSweep): SweepFindings {
  const objective = objectiveOf(sweep.base)
  if (objective === null) return {groups: [], cliff: null, rule: ''}
  const rows = sweep.rows.filter(isFinished)
  const lead = leadOf(sweep, rows, objective)
  const curves = plannerKnobOf(sweep.axes) === null ? tellCurves(sweep, objective) : []
  const groups = [
    {
      heading: '',
      sentences: [...lead, ...describeCapacity(sweep.scenarios, sweep.axes), ...medians(rows, sweep)],
    },
    ...curves.map(({heading, sentences}) => ({heading, sentences})),
  ]
  return {
    groups: lead.length === 0 && curves.length === 0 ? [] : merged(groups),
    cliff: curves.length === 1 ? curves[0]!.cliff : null,
    rule: curves.some(({cliff}) => cliff !== null) ? CLIFF_RULE : '',
  }
}

/** Fixed fleets beside planner runs: drawn as attainment against cost. */
export function plannerKnobOf(axes: readonly SweepAxis[]): string | null {
  return axes.find(({key}) => key.path === 'planner')?.key.name ?? null
}

/** The bottom line and what goes with it. */
function leadOf(
  {axes, base, repeatsOf, prices}: TellableSweep,
  rows: readonly FinishedRow[],
  objective: ServiceObjective,
): readonly string[] {
  const {share} = objective
  const plannerKnob = plannerKnobOf(axes)
  const release = releaseOf(base)
  const tellAt: TellKnob = (knob, value) => tellKnob(knob, value, release)
  if (plannerKnob !== null) return answerFrontier({rows, share, repeatsOf, plannerKnob, tellAt})
  if (objectiveAxisOf(axes) !== null) return answerObjectiveSweep({rows, axes, share, repeatsOf, tellAt})
  const labels = new Map(axes.map(({key}) => [key.name, `${key.label} (${key.name})`]))
  const titleOf = (knob: string) => labels.get(knob) ?? knob
  const question = {rows, share, repeatsOf, knobs: axes.map(({key}) => key.name), titleOf, tellAt}
  const gpu = gpuAxisOf(axes)
  if (gpu !== null && !isPriced(gpu, prices)) return answerByGpu(gpu, question)
  const answer = answerSweep(gpu === null ? question : {...question, priceOf: gpuPriceOf(gpu, prices)})
  const [axis] = axes
  const aims =
    axis === undefined || axes.length > 1 ? [] : answerAim({rows, axis: axis.key, objective, repeatsOf})
  return [...answer, ...aims]
}

/** Said last of the lead: what every figure above is. */
function medians(rows: readonly FinishedRow[], {axes, repeatsOf}: TellableSweep): readonly string[] {
  if (plannerKnobOf(axes) !== null) return []
  const count = rows.reduce((most, {repeat}) => Math.max(most, repeat + 1), 1)
  return count > 1 ? [`Figures are medians of ${count} ${REPEAT_WORDS[repeatsOf]}.`] : []
}

interface ToldCurve extends FindingGroup {
  readonly cliff: Cliff | null
}

/** What each series shows along the first knob: where TTFT breaks away, and of start-up times all that the guide tells. */
function tellCurves(sweep: TellableSweep, objective: ServiceObjective): readonly ToldCurve[] {
  const {axes, rows} = sweep
  const [axis, seriesAxis] = axes
  const isNumeric = axis?.key.field.type === 'integer' || axis?.key.field.type === 'number'
  if (!isNumeric || objectiveAxisOf(axes) !== null) return []
  const curves = curvesOf(rows, axes)
  const series = [...new Set(curves.map(curve => curve.series))]
  return series.flatMap(name => {
    const repeats = curves.filter(curve => curve.series === name)
    const told = tellCurve(sweep, objective, repeats)
    const heading = seriesAxis === undefined ? '' : `${seriesAxis.key.label} ${name}`
    return told === null ? [] : [{heading, ...told}]
  })
}

/** Of an hour of the one GPU that all pools of all points have; null = there is none, or nobody said. */
function priceOfBase({axes, base, prices}: Pick<TellableSweep, 'axes' | 'base' | 'prices'>): number | null {
  if (gpuAxisOf(axes) !== null) return null
  const systems = new Set(poolsOf(base.fleet).map(([, {args}]) => args.aic_system))
  const [system] = systems
  return systems.size === 1 && system != null ? (prices.get(system) ?? null) : null
}

function tellCurve(
  {axes, base, repeatsOf, prices}: TellableSweep,
  targets: ServiceObjective,
  repeats: readonly Curve[],
): {readonly cliff: Cliff | null; readonly sentences: readonly string[]} | null {
  const points = medianCurve(repeats)
  const unit = axes[0]?.key.unit == null ? '' : ` ${axes[0].key.unit}`
  const observed = computeObservations({points, targets, unit, axes})
  if (observed === null || points.every(({row}) => row.total_ticks === 0)) return null
  const {cliff, cliffSentence, scalingSentence, itlSentence} = observed
  const spread = describeSpread({curves: repeats, of: repeatsOf, targetMs: targets.ttftMs, unit})
  const isOverSeconds = isOverStartup(axes) && axes[0]?.key.unit === 's'
  const halving = isOverSeconds ? describeHalving(points, base, priceOfBase({axes, base, prices})) : null
  const sentences = [
    ...(cliff === null ? [] : [cliffSentence, ...spread]),
    ...(isOverStartup(axes) ? [scalingSentence, itlSentence] : []),
    ...(halving === null ? [] : [halving]),
  ]
  return sentences.length === 0 ? null : {cliff, sentences}
}

/** One group per heading, in the order they first come. */
function merged(groups: readonly FindingGroup[]): readonly FindingGroup[] {
  const headings = [...new Set(groups.map(({heading}) => heading))]
  return headings
    .map(heading => ({
      heading,
      sentences: groups.filter(group => group.heading === heading).flatMap(({sentences}) => sentences),
    }))
    .filter(({sentences}) => sentences.length > 0)
}
