/**
 * The floors of the page. Each folder of `src/ui` names all that it may import, values and types alike: what another
 * folder's type needs, that folder's change breaks. Imports go down only, so no two folders know each other.
 */

export interface PageFloor {
  readonly may: readonly string[]
  readonly types?: readonly string[]
  readonly packages: readonly string[]
  readonly pure: false
}

const PACKAGES = ['svelte', 'd3-array', 'd3-format', 'd3-scale', 'd3-shape']

/** Types of what the worker computes, which no code of the page can run. */
const COMPUTED = [
  'trace',
  'perf',
  'engine',
  'scaling',
  'policies',
  'run',
  'worker',
  'report',
  'measured',
  'store',
]

/** Controls and charts: they know numbers, text and pixels, and nothing of runs. */
const KIT = [
  'ui/kit',
  'ui/kit/controls',
  'ui/kit/charts/base',
  'ui/kit/charts/frame',
  'ui/kit/charts',
  'ui/kit/form',
]

/** The page's state and the pure code it needs: no component. */
const MODEL = [
  'ui/model/links',
  'ui/model/money',
  'ui/model/trace',
  'ui/model/scenario',
  'ui/model/gpu',
  'ui/model/run',
  'ui/model/measured',
  'ui/model/answer',
  'ui/model/sweep',
  'ui/model/search',
  'ui/model/bench',
  'ui/model/library',
  'ui/model/compare',
  'ui/model/workbench',
]

export const PAGE_FLOORS: Readonly<Record<string, PageFloor>> = {
  'ui/kit': kit(),
  'ui/kit/controls': kit('ui/kit'),
  // Scales, ticks, series and geometry; then what every chart stands in; then the charts.
  'ui/kit/charts/base': kit('ui/kit', 'core'),
  'ui/kit/charts/frame': kit('ui/kit', 'ui/kit/controls', 'ui/kit/charts/base', 'core'),
  'ui/kit/charts': {
    ...kit('ui/kit', 'ui/kit/controls', 'ui/kit/charts/base', 'ui/kit/charts/frame', 'core'),
    types: ['report/log-histogram.ts'],
  },
  'ui/kit/form': kit('ui/kit', 'ui/kit/controls', 'core', 'config/field.ts'),

  'ui/model/links': model(),
  'ui/model/money': model('ui/kit', 'search/prices.ts'),
  'ui/model/trace': model('ui/kit/form'),
  'ui/model/scenario': model('ui/model/links', 'ui/model/trace', 'ui/kit', 'ui/kit/form'),
  'ui/model/gpu': model(),
  'ui/model/run': model(
    'ui/kit',
    'ui/kit/charts/base',
    'run/memory-forecast.ts',
    'run/stream-limits.ts',
    'run/streamable.ts',
  ),
  'ui/model/measured': model('ui/model/run'),
  'ui/model/answer': model(
    'ui/kit',
    'ui/model/run',
    'answers',
    'measured/speed-factors.ts',
    'sweep',
    'store/point-store.ts',
    'trace/generators/trace-recipes.ts',
    'worker/spare-workers.ts',
    'worker/spawn.ts',
  ),
  'ui/model/sweep': model(
    'ui/kit',
    'ui/model/run',
    'sweep',
    'trace/generators/trace-recipes.ts',
    'store/point-store.ts',
    'worker/pool.ts',
    'worker/spawn.ts',
  ),
  'ui/model/search': model(
    'ui/model/run',
    'ui/model/scenario',
    'search',
    'sweep',
    'trace/generators/trace-recipes.ts',
    'store/point-store.ts',
    'worker/pool.ts',
  ),
  'ui/model/bench': model('bench', 'worker/pool.ts'),
  'ui/model/library': model(
    'ui/kit',
    'ui/model/links',
    'ui/model/scenario',
    'ui/model/run',
    'ui/model/sweep',
    'ui/model/search',
    'ui/model/money',
    'report',
    'search',
    'sweep',
    'store',
  ),
  'ui/model/compare': model(
    'ui/model/links',
    'ui/model/run',
    'ui/model/library',
    'ui/model/answer',
    'ui/kit',
    'answers',
    'sweep',
    'report',
  ),
  'ui/model/workbench': model(
    ...MODEL.filter(folder => folder !== 'ui/model/workbench'),
    'ui/kit',
    'store/point-store.ts',
    'store/recent-store.ts',
    'worker/pool.ts',
    'worker/spawn.ts',
  ),

  // How one policy's ticks are told and drawn; chosen by the policy that a tick's detail names.
  'ui/policies/dynamo': panel('sweep/keys.ts'),
  'ui/policies/cluster': panel(),
  'ui/policies': panel('ui/policies/dynamo', 'ui/policies/cluster', 'report/dynamo-ticks.ts'),

  'ui/panels/trace/mend': panel(),
  'ui/panels/trace': panel('ui/panels/trace/mend'),
  'ui/panels/measured': panel('measured/words.ts'),
  'ui/panels/gpu': panel(),
  'ui/panels/guide/releases': panel(),
  'ui/panels/guide/tour': panel(),
  'ui/panels/guide': panel(
    'ui/panels/guide/releases',
    'ui/panels/guide/tour',
    'sweep/published.ts',
    'sweep/repeats.ts',
  ),
  'ui/panels/scenario': panel(
    'ui/panels/trace',
    'ui/panels/trace/mend',
    'ui/panels/gpu',
    'ui/panels/guide',
    'trace/generators/trace-recipes.ts',
  ),
  'ui/panels/figures': panel('report'),
  'ui/panels/requests': panel('ui/panels/figures', 'report'),
  'ui/panels/inspector': panel('ui/panels/requests', 'ui/policies/dynamo', 'ui/policies/cluster', 'report'),
  'ui/panels/report-page': panel(
    'ui/panels/figures',
    'ui/panels/requests',
    'ui/panels/inspector',
    'ui/policies',
    'ui/policies/dynamo',
    'ui/policies/cluster',
    'report/dynamo-ticks.ts',
    'answers/tell-cure.ts',
  ),
  'ui/panels/run': panel(
    'ui/panels/trace',
    'ui/panels/scenario',
    'ui/panels/figures',
    'ui/panels/requests',
    'ui/panels/inspector',
    'ui/panels/measured',
    'ui/panels/report-page',
    'ui/policies',
    'ui/policies/dynamo',
    'report',
    'answers/answer-text.ts',
    'answers/tell-cure.ts',
  ),
  'ui/panels/examples': panel(),
  'ui/panels/compare': panel(
    'ui/panels/examples',
    'ui/panels/figures',
    'report',
    'answers',
    'sweep/repeats.ts',
  ),
  'ui/panels/sweep': panel(
    'ui/panels/examples',
    'ui/panels/scenario',
    'ui/panels/figures',
    'sweep',
    'answers',
  ),
  'ui/panels/search': panel('ui/panels/examples', 'ui/panels/figures', 'report', 'search'),
  'ui/panels/bench': panel('ui/panels/examples', 'ui/panels/figures', 'bench', 'sweep'),
  'ui/panels/library': panel('ui/panels/examples', 'store'),
  'ui/panels/pwa': {...panel(), types: [...COMPUTED, 'service-worker']},

  'ui/app': {
    may: [
      ...KIT,
      ...MODEL,
      ...[
        'trace',
        'gpu',
        'guide',
        'scenario',
        'run',
        'compare',
        'sweep',
        'search',
        'bench',
        'library',
        'pwa',
      ].map(subject => `ui/panels/${subject}`),
      'core',
      'config',
      'host',
      'store',
      'worker/client.ts',
      'worker/spawn.ts',
    ],
    types: COMPUTED,
    packages: PACKAGES,
    pure: false,
  },
}

function kit(...may: string[]): PageFloor {
  return {may: [...may, 'core/message-of.ts'], packages: PACKAGES, pure: false}
}

function model(...may: string[]): PageFloor {
  return {may: [...may, 'core', 'config', 'host'], types: COMPUTED, packages: PACKAGES, pure: false}
}

function panel(...may: string[]): PageFloor {
  return {
    may: [...KIT, ...MODEL, ...may, 'core', 'config', 'host'],
    types: COMPUTED,
    packages: PACKAGES,
    pure: false,
  }
}
