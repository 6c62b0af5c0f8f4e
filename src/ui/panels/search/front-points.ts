import type {Recommendation, Told} from '../../../search/answer/recommendation.ts'
import {nameOf, tellFigures} from '../../../search/answer/recommendation-text.ts'

/** A setting as it stands in the picture of cost and share. */
export interface FrontPoint {
  readonly id: string
  readonly told: Told
  readonly kind: 'best' | 'front' | 'tried' | 'today' | 'fixed'
  /** In words, for a readout. */
  readonly words: string
}

const KIND_WORDS: Readonly<Record<FrontPoint['kind'], string>> = {
  best: 'recommended',
  front: 'no other is better in both',
  tried: 'beaten',
  today: 'today’s setting',
  fixed: 'fixed fleet',
}

/** Every setting tried, in rising order of cost. */
export function frontPoints({best, front, tried, today, fixed}: Recommendation): readonly FrontPoint[] {
  const onFront = new Set(front.map(({id}) => id))
  const settings = tried.map(told => {
    const kind = told.id === best?.id ? 'best' : onFront.has(told.id) ? 'front' : 'tried'
    return pointOf(told, kind)
  })
  return [
    ...settings,
    ...(today === null ? [] : [pointOf(today, 'today')]),
    ...(fixed === null ? [] : [pointOf(fixed, 'fixed')]),
  ].sort((a, b) => a.told.gpuHours - b.told.gpuHours || a.told.share - b.told.share)
}

function pointOf(told: Told, kind: FrontPoint['kind']): FrontPoint {
  const name = kind === 'fixed' ? told.id.replace(/^fixed:/, '').replaceAll('=', ' ') : nameOf(told.values)
  return {id: told.id, told, kind, words: `${name} (${KIND_WORDS[kind]}): ${tellFigures(told)}`}
}
