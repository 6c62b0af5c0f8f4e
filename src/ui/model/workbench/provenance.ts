import {formatPairs} from '../../../config/link/query-string.ts'
import {encodeScenario} from '../../../config/link/url-codec.ts'
import {VERSION} from '../../../config/link/version.ts'
import {releaseOf} from '../../../config/releases/release-forms.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {scenarioSentence} from '../scenario/run-names.ts'
import type {Workbench} from './workbench.svelte.ts'

/** Where what is on screen came from: of the result shown, whatever the form says by now. */
export interface Origin {
  readonly scenario: string
  readonly release: string
  readonly link: string
}

/** @param site the page's address without its hash */
export function originOf(workbench: Workbench, site: string): Origin | null {
  const {view, titles, comparison} = workbench
  const scenario = shownScenario(workbench)
  if (scenario === null) return null
  const pairs = view.pairsFor(view.current)
  const hash = `${encodeScenario(scenario)}${pairs.length === 0 ? '' : `&${formatPairs(pairs)}`}`
  const compared = view.current === 'compare' ? comparison.runs.map(({name}) => name) : []
  return {
    scenario:
      compared.length > 0 ? compared.join(' vs ') : scenarioSentence(scenario, titles.ofTraffic(scenario)),
    release: `ai-dynamo ${releaseOf(scenario)}, Planner Replay ${VERSION}`,
    link: `${site}#${hash}`,
  }
}

function shownScenario({view, run, sweep, bench, comparison, scenario}: Workbench): Scenario | null {
  const inForm = scenario.scenario
  switch (view.current) {
    case 'run':
      return run.finished?.scenario ?? inForm
    case 'compare':
      return comparison.runs[0]?.run.scenario ?? inForm
    case 'sweep':
      return sweep.plan?.base.scenario ?? inForm
    case 'bench':
      return bench.base ?? inForm
    default:
      return inForm
  }
}
