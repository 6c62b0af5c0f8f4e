import {describe, expect, test} from 'vitest'
import {decodeScenario} from '../../../config/link/url-codec.ts'
import {PRESETS} from '../../../config/presets.ts'
import {comparedFromLink, splitHash} from '../../model/links/page-link.ts'
import {EXPERIMENTS, isTopic, SECTIONS} from '../../model/links/topics.ts'
import {presetOf, readSpec} from '../../model/sweep/spec.ts'
import type {NextStep} from './preset-page.ts'
import {findPresetPage, measuredLinks} from './preset-pages.ts'
import {TOUR_STEPS} from './tour/tour-steps.ts'

const STEPS: readonly (readonly [string, Pick<NextStep, 'link' | 'isMeasured'>])[] = [
  ...PRESETS.flatMap(({id}) =>
    (findPresetPage(id)?.next ?? []).map(step => [`${id}: ${step.link}`, step] as const),
  ),
  ...TOUR_STEPS.map(({title, link}) => [`tour: ${title}`, {link}] as const),
]

test.each(PRESETS.map(({id}) => id))('%s has a page that leads on', id => {
  const page = findPresetPage(id)!
  expect(page.look.length).toBeGreaterThan(1)
  expect(page.next.length).toBeGreaterThan(1)
  expect(page.caveats.length).toBeGreaterThan(0)
})

test('no two topics share a name in links', () => {
  const ids = [...SECTIONS, ...EXPERIMENTS].map(({id}) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every(isTopic)).toBe(true)
})

describe('a step to try next', () => {
  test.each(STEPS)('%s is a link of which nothing is ignored', (_, {link}) => {
    const {page, scenario, ignored} = splitHash(`#v=1&${link}`)
    expect(ignored).toEqual([])
    expect(decodeScenario(scenario).ignored).toEqual([])
    if (page.view === 'compare') {
      expect(page.compared.length).toBeGreaterThan(1)
      for (const each of page.compared) expect(decodeScenario(each).ignored).toEqual([])
      expect(new Set(page.compared.map(each => JSON.stringify(comparedFromLink(each)))).size).toBe(
        page.compared.length,
      )
    }
    if (page.view === 'sweep') {
      const {spec, ignored: unread} = readSpec(page.sweep ?? [])
      expect(unread).toEqual([])
      expect(presetOf(spec!)?.id ?? spec!.first.key).toBeTruthy()
    }
  })
})

test('measured steps open the run view, and no scenario is measured twice', () => {
  for (const [, {link, isMeasured}] of STEPS)
    if (isMeasured === true) expect(splitHash(`#v=1&${link}`).page.view).toBe('run')
  expect(new Set(measuredLinks()).size).toBe(measuredLinks().length)
})
