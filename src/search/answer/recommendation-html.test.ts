import {expect, test} from 'vitest'
import {findPreset} from '../../config/presets.ts'
import type {Recommendation, Told} from './recommendation.ts'
import {recommendationHtml} from './recommendation-html.ts'

const {scenario} = findPreset('as-published')!

/** A share, at a cost that rises with it. */
function toldOf(id: string, share: number): Told {
  return {
    ...{id, values: {'planner.ttft': Math.round(share * 1000)}, scenario},
    ...{share, shareRange: [share, share] as const, gpuHours: share, billedGpuHours: share, cost: null},
    ...{holds: {of: 1, in: share >= 0.9 ? 1 : 0}, needed: 5},
  }
}

const today = {...toldOf('today', 0.5), values: {}}
const front = Array.from({length: 40}, (_, i) => toldOf(`${i}`, 0.6 + i / 100))
const answer = {
  ...{objective: {ttftMs: 900, itlMs: 40, share: 0.9}, seed: 0, isGeneratedAnew: false, mostCost: null},
  ...{best: front[31], surest: null, unverified: null, nearest: null, dearer: null, today},
  ...{fixed: toldOf('fixed:workers=2', 0.95), front, tried: front, reason: 'settled'},
  evaluations: {full: 40, partial: 0, weight: 40},
} as Recommendation

test('the report names the fixed fleet by the form and lists what is nearest to the objective, by its cost', () => {
  const page = recommendationHtml(answer, {why: null, summary: 'today'})
  // A command line has words longer than a sheet is wide.
  expect(page).toContain('p{overflow-wrap:anywhere}')
  const rows = [...page.matchAll(/<th scope="row">(.*?)<\/th>/g)].map(([, label]) => label)
  expect(rows.slice(1, 3)).toEqual(['today’s setting', 'best fixed fleet (2 workers)'])
  const listed = rows.slice(3).map(label => Number(/target (\d+)/.exec(label ?? '')?.[1]))
  expect(listed).toEqual([870, 880, 890, 900, 920, 930])
})
