import {PRESETS, type Preset} from '../../../config/presets.ts'
import {releaseOf} from '../../../config/releases/release-forms.ts'

/** Sections of the page on the model; each can be linked to. The first is the page itself. */
export const SECTIONS = [
  {id: 'how-it-works', title: 'How it works and how far to trust it'},
  {id: 'engine', title: 'The engine'},
  {id: 'planner', title: 'The planner'},
  {id: 'timing', title: 'Engine timing'},
  {id: 'quirks', title: 'Quirks that are kept'},
  {id: 'differences', title: 'Where it differs on purpose'},
  {id: 'not-simulated', title: 'What is not simulated'},
  {id: 'determinism', title: 'Determinism and seeds'},
  {id: 'parity', title: 'Measured parity'},
] as const
export type SectionId = (typeof SECTIONS)[number]['id']

/** Pages on experiments: the presets of the scenario, and the sweep. */
export const EXPERIMENTS: readonly {readonly id: string; readonly title: string}[] = [
  {id: 'tour', title: 'A ten-minute tour'},
  {id: 'releases', title: 'What changed between 1.2.1 and 1.6.1'},
  ...[...PRESETS]
    .sort(newestFirst)
    .map(({id, title, scenario}) => ({id, title: `${title} (${releaseOf(scenario)})`})),
  {id: 'cold-start', title: 'Cold-start sweep'},
  {id: 'policy-bench', title: 'Policy bench'},
]

/** Presets of today's release first; within one they keep their order. */
function newestFirst(a: Preset, b: Preset): number {
  return releaseOf(b.scenario).localeCompare(releaseOf(a.scenario), 'en')
}

export const DEFAULT_TOPIC: SectionId = 'how-it-works'

export function isTopic(id: string): boolean {
  return isSection(id) || EXPERIMENTS.some(topic => topic.id === id)
}

export function isSection(id: string): id is SectionId {
  return SECTIONS.some(section => section.id === id)
}
