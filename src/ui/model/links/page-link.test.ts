import {describe, expect, test} from 'vitest'
import {formatPairs} from '../../../config/link/query-string.ts'
import {encodeScenario} from '../../../config/link/url-codec.ts'
import {defaultScenario, PRESETS} from '../../../config/presets.ts'
import {comparedFromLink, linkOfCompared, MAX_COMPARED, pagePairs, splitHash} from './page-link.ts'

describe('splitHash', () => {
  test('parts the view from the scenario', () => {
    expect(splitHash('#v=1&preset=guide-agg&view=library')).toEqual({
      page: {view: 'library', compared: []},
      scenario: 'v=1&preset=guide-agg',
      ignored: [],
    })
  })

  test('shows the run view without a view, and with one there is not', () => {
    expect(splitHash('#v=1').page.view).toBe('run')
    expect(splitHash('#v=1&view=settings')).toMatchObject({page: {view: 'run'}, ignored: ['view=settings']})
  })

  test('finds no scenario in a hash that has none', () => {
    expect(splitHash('#view=compare').scenario).toBe('')
    expect(splitHash('').scenario).toBe('')
  })

  test('takes no more runs than can be compared, and says so', () => {
    const hash = `#view=compare${'&compare=preset%3Dguide-agg'.repeat(MAX_COMPARED + 1)}`
    const {page, ignored} = splitHash(hash)
    expect(page.compared).toHaveLength(MAX_COMPARED)
    expect(ignored).toHaveLength(1)
  })
})

test('what of a compared run cannot be used is said', () => {
  expect(splitHash('#view=compare&compare=preset%3Dguide-ag&compare=workers%3D2').ignored).toEqual([
    'compare: preset=guide-ag',
  ])
})

describe('the guide', () => {
  test('is linked to by topic, with the scenario beside it', () => {
    const hash = '#v=1&preset=guide-agg&view=guide&topic=quirks'
    expect(splitHash(hash)).toEqual({
      page: {view: 'guide', compared: [], topic: 'quirks'},
      scenario: 'v=1&preset=guide-agg',
      ignored: [],
    })
    expect(pagePairs({view: 'guide', compared: [], topic: 'quirks'})).toEqual([
      ['view', 'guide'],
      ['topic', 'quirks'],
    ])
  })

  test('leaves its first page out of the link, and its topic out of other views', () => {
    expect(pagePairs({view: 'guide', compared: [], topic: 'how-it-works'})).toEqual([['view', 'guide']])
    expect(pagePairs({view: 'library', compared: [], topic: 'quirks'})).toEqual([['view', 'library']])
  })

  test('names a topic there is not', () => {
    expect(splitHash('#view=guide&topic=magic')).toEqual({
      page: {view: 'guide', compared: []},
      scenario: '',
      ignored: ['topic=magic'],
    })
  })
})

describe('pagePairs', () => {
  test('come back through a hash', () => {
    const compared = [linkOfCompared(PRESETS[0]!.scenario), linkOfCompared({...defaultScenario(), seed: 3})]
    const page = {view: 'compare', compared} as const
    expect(splitHash(`#v=1&preset=guide-agg&${formatPairs(pagePairs(page))}`)).toEqual({
      page,
      scenario: 'v=1&preset=guide-agg',
      ignored: [],
    })
  })

  test('leave the run view out', () => {
    expect(pagePairs({view: 'run', compared: ['preset=guide-agg']})).toEqual([])
  })
})

test.each(PRESETS.map(preset => [preset.id, preset.scenario] as const))(
  'a compared %s survives a link',
  (_, scenario) => {
    const other = {...scenario, trace: {kind: 'catalogue', id: 'toolagent-5min'}} as const
    expect(comparedFromLink(linkOfCompared(other))).toEqual(other)
    expect(`v=1&${linkOfCompared(other)}`).toBe(encodeScenario(other))
  },
)
