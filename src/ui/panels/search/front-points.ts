import {costOf, type Recommendation, type Told} from '../../../search/answer/recommendation.ts'
import {briefNameOf, fixedName, tellFigures} from '../../../search/answer/recommendation-text.ts'
import type {CostMark, CostPoint} from '../../kit/charts/cost-share.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'

type Kind = 'best' | 'front' | 'tried' | 'today' | 'fixed'

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  best: 'recommended',
  front: 'no other is better in both',
  tried: 'beaten',
  today: 'today’s setting',
  fixed: 'fixed fleet',
}

const MARKS: Readonly<Record<Kind, CostMark>> = {
  best: 'diamond',
  front: 'disc',
  tried: 'faint',
  today: 'cross',
  fixed: 'plus',
}

const NAMES: Readonly<Record<Kind, string>> = {
  best: 'recommended',
  front: '',
  tried: '',
  today: 'today',
  fixed: 'fixed fleet',
}

interface KindOfTold {
  readonly told: Told
  readonly kind: Kind
}

/** Every setting tried, in rising order of cost. */
export function frontPoints(answer: Recommendation): readonly CostPoint[] {
  const onFront = new Set(answer.front.map(({id}) => id))
  return kindsOf(answer)
    .map(({told, kind}): CostPoint => {
      const name = kind === 'fixed' ? fixedName(told) : briefNameOf(told, answer)
      const words = `${name} (${KIND_WORDS[kind]}): ${tellFigures(told, answer.objective.share)}`
      const {id, billedGpuHours, share, shareRange} = told
      return {
        ...{id, name: NAMES[kind], words, brief: name},
        cost: billedGpuHours,
        share,
        costs: {min: billedGpuHours, max: billedGpuHours},
        shares: {min: shareRange[0], max: shareRange[1]},
        mark: MARKS[kind],
        slot: kind === 'best' ? 1 : 0,
        isOnFront: onFront.has(id),
      }
    })
    .sort((a, b) => a.cost - b.cost || a.share - b.share)
}

export function frontTable(answer: Recommendation): ChartTable {
  const byCost = [...kindsOf(answer)].sort((a, b) => costOf(a.told) - costOf(b.told))
  return {
    columns: [
      'setting',
      'kind',
      'billed_gpu_hours',
      'cost',
      'share',
      'share lowest',
      'share highest',
      'holds in',
    ],
    rows: byCost.map(({kind, told: {id, share, shareRange, billedGpuHours, cost, holds}}) => [
      ...[id, kind, billedGpuHours, cost ?? Number.NaN, share, ...shareRange],
      `${holds.in} of ${holds.of}`,
    ]),
  }
}

/** The scenario behind a point. */
export function toldOf(answer: Recommendation, id: string): Told | null {
  return kindsOf(answer).find(({told}) => told.id === id)?.told ?? null
}

function kindsOf({best, front, tried, today, fixed}: Recommendation): readonly KindOfTold[] {
  const onFront = new Set(front.map(({id}) => id))
  return [
    ...tried.map(
      told =>
        ({told, kind: told.id === best?.id ? 'best' : onFront.has(told.id) ? 'front' : 'tried'}) as const,
    ),
    ...(today === null ? [] : [{told: today, kind: 'today'} as const]),
    ...(fixed === null ? [] : [{told: fixed, kind: 'fixed'} as const]),
  ]
}
