import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {DEFAULT_ROUTER_CONFIG} from '../../src/config/engine/router-config.ts'
import {formerScenario} from '../../src/config/former-scenario.ts'
import {formatPairs} from '../../src/config/link/query-string.ts'
import {decodeScenario, encodeScenario} from '../../src/config/link/url-codec.ts'
import {defaultScenario, findPreset, PRESETS} from '../../src/config/presets.ts'
import {SWEEP_PRESETS} from '../../src/sweep/presets.ts'
import {comparedFromLink, linkOfCompared, pagePairs, splitHash} from '../../src/ui/model/links/page-link.ts'
import {readSpec} from '../../src/ui/model/sweep/spec.ts'
import {PROJECT} from '../support/shared.ts'
import {GOLDEN_LINKS} from './golden-links.ts'

describe.each(GOLDEN_LINKS)(
  '#$link',
  ({link, preset, gives, view = 'run', sweep, compared, run, canonical}) => {
    const {page, scenario, ignored} = splitHash(`#${link}`)
    const decoded = decodeScenario(scenario)

    test('gives what it gave', () => {
      expect([...ignored, ...decoded.ignored]).toEqual([])
      expect(decoded.run).toBe(run ?? false)
      expect(page.view).toBe(view)
      expect(page.compared).toEqual(compared ?? [])
      const base = preset === null ? defaultScenario() : findPreset(preset)!.scenario
      expect(decoded.scenario).toMatchObject({engineTiming: base.engineTiming})
      const isBare = base.routerConfig === undefined && decoded.scenario.routerConfig !== undefined
      const routed = isBare ? {routerConfig: DEFAULT_ROUTER_CONFIG} : {}
      const before = formerScenario({...base, ...routed})
      // The list was made when a scenario said `planner` where it now says `scaling`.
      expect(differences(before, formerScenario(decoded.scenario))).toEqual(flat(gives))
    })

    test('is still what the page writes', () => {
      const own = formatPairs([...pagePairs(page)])
      const written = encodeScenario(decoded.scenario) + (own === '' ? '' : `&${own}`)
      expect(written).toBe(canonical ?? link)
    })

    if (sweep !== undefined)
      test('holds its sweep', () => expect(readSpec(page.sweep ?? [])).toEqual({spec: sweep, ignored: []}))
    if (compared !== undefined)
      test('holds its runs', () =>
        expect(compared.map(each => linkOfCompared(comparedFromLink(each)))).toEqual(compared))
  },
)

test('every preset and every link of the documents is in the list', () => {
  const listed = GOLDEN_LINKS.map(({link}) => link)
  for (const {id} of PRESETS) expect(listed).toContain(`v=1&preset=${id}`)
  expect(SWEEP_PRESETS.map(({id}) => id)).toContain('cold-start')
  const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...recipes()]
  const links = documents.flatMap(path =>
    [...readFileSync(`${PROJECT}/${path}`, 'utf8').matchAll(/#(v=1[^\s)`"'>\]]*)/g)].map(([, link]) => link!),
  )
  for (const link of links.filter(found => !found.endsWith('…'))) expect(listed).toContain(link)
})

function recipes(): string[] {
  return readdirSync(`${PROJECT}/docs`, {recursive: true, encoding: 'utf8'})
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`)
}

/** Leaves by path. */
function flat(value: unknown, path = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {[path]: value}
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`)),
  )
}

/** Leaves of `to` that `from` has otherwise, or not at all; a part that is gone counts by its own name. */
function differences(from: unknown, to: unknown): Record<string, unknown> {
  const before = flat(from)
  return Object.fromEntries(Object.entries(flat(to)).filter(([path, value]) => before[path] !== value))
}
