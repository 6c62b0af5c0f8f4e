import {HEADLINE_KEYS} from '../../src/report/honesty/honesty.ts'
import {scenarioKey} from '../../src/report/honesty/scenario-key.ts'
import {type GoldenFile, goldenScenario, readGolden} from '../../test/support/golden.ts'

/**
 * Text of src/report/honesty/golden-index.ts. Runs with the KV router are left out, because the reference breaks ties at random
 * there, and those with a recorded profile, whose checksum no scenario holds.
 */
export function goldenIndexSource(names: readonly string[], folder = 'test/golden/replay'): string {
  const entries = names.flatMap(name => entryOf(name, readGolden(`${folder}/${name}.json`)))
  return `${[
    '// Made by tools/golden/make-index.mjs; do not edit.',
    '',
    '/** A run of the reference (ai-dynamo 1.2.1) on record: what ran, and the figures it printed. */',
    'export interface GoldenEntry {',
    '  readonly name: string',
    '  readonly scenarioKey: string',
    '  readonly traceSha256: string',
    '  readonly figures: Readonly<Record<string, number>>',
    '}',
    '',
    '// biome-ignore format: one line per run',
    'export const GOLDEN_INDEX: readonly GoldenEntry[] = [',
    ...entries.map(entry => `  ${entry},`),
    ']',
  ].join('\n')}\n`
}

function entryOf(name: string, golden: GoldenFile): string[] {
  const scenario = goldenScenario(golden)
  if (golden.trace_sha256 === undefined) return []
  if (scenario.routerMode !== 'round_robin' || scenario.engineTiming === 'profile') return []
  const {report, planner} = golden
  const figures: Record<string, number> = {}
  for (const key of HEADLINE_KEYS) figures[key] = report[key]!
  if (planner !== undefined) {
    figures.total_ticks = planner.total_ticks
    figures.gpu_hours = planner.gpu_hours
    figures.scaling_events = planner.scaling_events.length
  }
  const values = Object.entries(figures).map(([key, value]) => `${key}: ${value}`)
  return [
    `{name: '${name}', scenarioKey: '${scenarioKey(scenario)}', traceSha256: '${golden.trace_sha256}', figures: {${values.join(', ')}}}`,
  ]
}
