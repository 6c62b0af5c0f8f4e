import {percent} from '../report/findings/words.ts'
import type {SweepAxis} from '../sweep/axis.ts'
import type {FinishedRow} from '../sweep/points.ts'
import type {RepeatKind} from '../sweep/repeats.ts'
import {OBJECTIVE_KNOBS} from '../sweep/run-knobs.ts'
import {
  type Configuration,
  configurationsOf,
  plainKnob,
  type TellKnob,
  tellAxes,
  tellHolds,
} from './configurations.ts'

/** The swept knob that is a part of the objective itself: then points are judged by different ones. */
export function objectiveAxisOf(axes: readonly SweepAxis[]): SweepAxis | null {
  return axes.find(({key}) => key.path.startsWith(OBJECTIVE_KNOBS)) ?? null
}

export interface ObjectiveQuestion {
  readonly rows: readonly FinishedRow[]
  readonly axes: readonly SweepAxis[]
  /** Share of requests that must meet the objective, where it is not swept itself. */
  readonly share: number
  readonly repeatsOf: RepeatKind
  /** What a knob at a value is called in a sentence; without it, both as they are. */
  readonly tellAt?: TellKnob
}

/** The strictest objective that is held, for each value of the other knob: which promise could be given. */
export function answerObjectiveSweep(question: ObjectiveQuestion): readonly string[] {
  const {rows, axes, share, repeatsOf, tellAt = plainKnob} = question
  const axis = objectiveAxisOf(axes)
  if (axis === null) return []
  const {name} = axis.key
  const shareKnob = axes.find(({key}) => key.path === `${OBJECTIVE_KNOBS}share`)?.key.name
  const needed = ({axes: at}: Configuration) => (shareKnob === undefined ? share : Number(at[shareKnob]))
  // A latency is strict where it is low, a share where it is high.
  const strictness = (one: Configuration) => Number(one.axes[name]) * (name === shareKnob ? -1 : 1)
  return seriesOf(configurationsOf(rows), name, tellAt).map(({heading, points}) => {
    const sorted = [...points].sort((a, b) => strictness(a) - strictness(b))
    const held = sorted.find(one => one.share >= needed(one))
    const of = heading === '' ? '' : `${heading}: `
    if (held === undefined) {
      const loosest = sorted.at(-1)!
      return `${of}None of them is held, not even ${tellAt(name, loosest.axes[name] ?? null)}: ${percent(loosest.share)} meet it, ${percent(needed(loosest))} must.`
    }
    const holds = tellHolds(held, needed(held), repeatsOf)
    return `${of}The strictest that is held: ${tellAt(name, held.axes[name] ?? null)}. ${percent(held.share)} meet it, ${percent(needed(held))} must${holds}.`
  })
}

interface Series {
  readonly heading: string
  readonly points: readonly Configuration[]
}

/** By the values of the other knob; one series without any. */
function seriesOf(all: readonly Configuration[], name: string, tellAt: TellKnob): readonly Series[] {
  const series = new Map<string, Configuration[]>()
  for (const one of all) {
    const {[name]: _own, ...others} = one.axes
    const heading = tellAxes(others, tellAt)
    series.set(heading, [...(series.get(heading) ?? []), one])
  }
  return [...series].map(([heading, points]) => ({heading, points}))
}
