import type {ServiceObjective} from '../config/scenario.ts'
import type {ObjectiveChanges} from '../report/comparison/objective-changes.ts'
import {amount, clock, count, latency, percent} from '../report/findings/words.ts'
import type {PointFigures} from '../sweep/points.ts'
import {computeBand, REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'
import {comparePairs, type PairedDifference} from './paired.ts'
import {pointsOf} from './sweep-answer.ts'

/** One side of a comparison with its repeats, the asked run first; all judged by the comparison's objective. */
export interface ComparedSide {
  readonly name: string
  readonly runs: readonly PointFigures[]
}

export interface CompareQuestion {
  readonly first: ComparedSide
  readonly second: ComparedSide
  readonly objective: ServiceObjective
  readonly of: RepeatKind
  /** Whether luck has a say in either: a fixed fleet on recorded traffic comes out the same whenever it is run. */
  readonly varies: boolean
  /** Both are one setting, sampled twice. */
  readonly isOneSetting?: boolean
  /** Of the asked runs; null where they replayed different traffic. */
  readonly changes: ObjectiveChanges | null
}

/** What is better, by how much, whether it is luck, and for whom: one sentence or two. */
export function tellComparison(question: CompareQuestion): readonly string[] {
  const {changes} = question
  return [verdict(question), ...(changes === null ? [] : forWhom(question, changes))]
}

/** Figures of both sides by repeat, and how they differ. */
interface Contest {
  readonly share: PairedDifference
  readonly cost: PairedDifference
  readonly shares: readonly [number, number]
  readonly hours: readonly [number, number]
}

function contestOf({first, second}: CompareQuestion): Contest {
  const median = ({runs}: ComparedSide, figure: (run: PointFigures) => number) =>
    computeBand(runs.map(figure))!.median
  const pair = (figure: (run: PointFigures) => number) =>
    [median(first, figure), median(second, figure)] as const
  const differ = (figure: (run: PointFigures) => number) =>
    comparePairs(first.runs.map(figure), second.runs.map(figure))
  return {
    share: differ(shareOf),
    cost: differ(hoursOf),
    shares: pair(shareOf),
    hours: pair(hoursOf),
  }
}

function shareOf({sla_attainment}: PointFigures): number {
  return sla_attainment ?? 0
}

function hoursOf({gpu_hours}: PointFigures): number {
  return gpu_hours
}

/** Points of share below which nobody would act. */
const SAME_SHARE = 0.01
/** Costs that differ by less are about the same. */
const SAME_COST = 0.02

function verdict(question: CompareQuestion): string {
  const {first, second, objective} = question
  const contest = contestOf(question)
  const {share, cost, shares, hours} = contest
  const isSameShare = !share.isReal || Math.abs(shares[1] - shares[0]) < SAME_SHARE
  const isSameCost = !cost.isReal || Math.abs(hours[1] / hours[0] - 1) < SAME_COST
  const holds = shares.every(each => each >= objective.share)
  const luck = luckOf(question)
  const told = (isSecondFirst: boolean) => tellFigures(question, contest, isSecondFirst)
  if (question.isOneSetting)
    return `${second.name} and ${first.name} are the same setting, sampled twice, and what they differ by is luck: ${told(true)}.`
  if (isSameShare && isSameCost)
    return `${second.name} and ${first.name} are about the same: ${told(true)}${luck(null)}.`
  if (isSameShare || holds) {
    if (isSameCost) return `Both hold the objective at about the same cost: ${told(true)}${luck(share)}.`
    const isSecond = hours[1] < hours[0]
    const [cheaper, other] = isSecond ? [second, first] : [first, second]
    const saved = Math.abs(hours[1] - hours[0]) / Math.max(...hours)
    const why = holds ? 'both hold the objective' : 'they serve about the same'
    return `${cheaper.name} is better: it costs ${percent(saved)} less than ${other.name}, and ${why}; ${told(isSecond)}${luck(cost)}.`
  }
  const isSecond = shares[1] > shares[0]
  const [better, other] = isSecond ? [second, first] : [first, second]
  const more = pointsOf(shares[1] - shares[0])
  const price = isSameCost ? 'at about the same cost' : priceOf(hours, isSecond)
  return `${better.name} serves ${more} more than ${other.name} ${price}: ${told(isSecond)}${luck(share)}.`
}

/** Medians of the one that is named first against those of the other. */
function tellFigures(
  {first, second}: CompareQuestion,
  {shares, hours}: Contest,
  isSecondFirst: boolean,
): string {
  const ttft = [first, second].map(({runs}) => computeBand(runs.map(run => run.mean_ttft_ms))!.median)
  const against = (values: readonly number[], words: (value: number) => string) => {
    const [own, other] = isSecondFirst ? [values[1]!, values[0]!] : [values[0]!, values[1]!]
    return [words(own), words(other)] as const
  }
  const [share, otherShare] = against(shares, percent)
  const [ms, otherMs] = against(ttft, latency)
  const [cost, otherCost] = against(hours, amount)
  return (
    `${share} of requests against ${otherShare} meet the objective (mean TTFT ${ms} against ${otherMs}), ` +
    `${cost} GPU-hours against ${otherCost}`
  )
}

function priceOf(hours: readonly [number, number], isSecond: boolean): string {
  const [own, others] = isSecond ? [hours[1], hours[0]] : [hours[0], hours[1]]
  return own > others
    ? `for ${percent(own / others - 1)} more cost`
    : `for ${percent(1 - own / others)} less cost`
}

/** Whether the difference that decides is luck, as a tail of the sentence; null = none does. */
function luckOf({of, varies}: CompareQuestion): (difference: PairedDifference | null) => string {
  return difference => {
    if (!varies) return '; nothing here depends on luck'
    if (difference === null) return ''
    if (difference.of < 2) return '; whether that is luck one run cannot tell'
    const agree = Math.max(difference.larger, difference.smaller)
    return `; so in ${agree} of ${difference.of} ${REPEAT_WORDS[of]}`
  }
}

const CAUSE_WORDS = {
  queue: 'wait longer for admission',
  prefill: 'wait longer for their prompt once admitted',
  gaps: 'get their tokens slower',
} as const

function forWhom({first, second}: CompareQuestion, changes: ObjectiveChanges): readonly string[] {
  const {compared, lost, won, causes, lostFromS, lostToS} = changes
  if (lost === 0 && won === 0) return []
  const counts = `Of ${count(compared)} requests ${count(won)} are in time in ${second.name} only and ${count(lost)} in ${first.name} only`
  if (lost === 0 || lostFromS === null || lostToS === null) return [`${counts}.`]
  const [cause, most] = (Object.entries(causes) as [keyof typeof CAUSE_WORDS, number][]).reduce((a, b) =>
    b[1] > a[1] ? b : a,
  )
  return [
    `${counts}; of these ${count(lost)}, ${percent(most / lost)} ${CAUSE_WORDS[cause]} in ${second.name}, most of them arriving ` +
      `from ${clock(lostFromS)} to ${clock(lostToS)}.`,
  ]
}
