import {readdirSync, readFileSync} from 'node:fs'
import type {Release} from '../../src/config/release.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {HEADLINE_KEYS} from '../../src/report/honesty/deviation.ts'
import {scenarioKey} from '../../src/report/honesty/scenario-key.ts'
import {type GoldenFile, goldenScenario, readGolden} from '../../test/support/golden.ts'
import {type Golden16File, readGolden16, scenarioOf} from '../../test/support/golden16.ts'

/** What an entry is made from, of either release. */
interface Recorded {
  readonly name: string
  readonly release: Release
  readonly scenario: Scenario
  readonly traceSha256: string | undefined
  readonly report: Readonly<Record<string, unknown>>
  readonly planner: Readonly<Record<string, unknown>> | undefined
}

/** Cases of 1.6.1 whose figures alone are kept, under their names. */
type Headlines16 = Readonly<Record<string, Golden16File>>

/** Paths of recorded runs, and the figures kept of others. */
export interface GoldenRuns {
  readonly files12: readonly string[]
  readonly files16: readonly string[]
  readonly headlines16: Headlines16
}

/**
 * Text of src/report/honesty/golden-index.ts. Runs with the KV router are left out, because the reference breaks ties at random
 * there, and those with a recorded profile, whose checksum no scenario holds. Where two are one run, the first is taken.
 */
export function goldenIndexSource({files12, files16, headlines16}: GoldenRuns): string {
  const recorded = [
    ...files12.map(path => recorded12(nameOf(path), readGolden(path))),
    ...files16.flatMap(path => recorded16(nameOf(path), readGolden16(path))),
    ...Object.entries(headlines16).flatMap(([name, golden]) => recorded16(name, golden)),
  ]
  const entries = new Map<string, string>()
  for (const one of recorded.filter(isIndexed)) {
    const key = `${one.release} ${scenarioKey(one.scenario)} ${one.traceSha256}`
    if (!entries.has(key)) entries.set(key, entryOf(one))
  }
  return `${[
    '// Made by tools/golden/make-index.mjs; do not edit.',
    "import type {GoldenEntry} from './deviation.ts'",
    '',
    '// biome-ignore format: one line per run',
    'export const GOLDEN_INDEX: readonly GoldenEntry[] = [',
    ...[...entries.values()].map(entry => `  ${entry},`),
    ']',
  ].join('\n')}\n`
}

/** Every recorded run that lies in the project. */
export function ownGoldenFiles(root: string): GoldenRuns {
  const filesIn = (folder: string) =>
    readdirSync(`${root}/${folder}`)
      .filter(name => name.endsWith('.json'))
      .sort()
      .map(name => `${root}/${folder}/${name}`)
  return {
    files12: filesIn('test/golden/replay'),
    files16: [...filesIn('test/golden16/replay'), ...filesIn('test/golden16/planner')],
    headlines16: JSON.parse(readFileSync(`${root}/test/golden16/headlines.json`, 'utf8')),
  }
}

function nameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.json$/, '')
}

function recorded12(name: string, golden: GoldenFile): Recorded {
  const {trace_sha256: traceSha256, report, planner} = golden
  return {
    ...{name, release: '1.2.1', scenario: goldenScenario(golden), traceSha256, report},
    planner: planner && {...planner, scaling_events: planner.scaling_events.length},
  }
}

/** What the reference refused is no run, and often no scenario. */
function recorded16(name: string, golden: Golden16File): readonly Recorded[] {
  const {report, planner} = golden
  if (report === undefined) return []
  const events = planner?.scaling_events
  const of16 = {
    name,
    release: '1.6.1',
    scenario: scenarioOf(golden),
    traceSha256: golden.trace_sha256,
    report,
  } as const
  return [
    {
      ...of16,
      planner: planner && {...planner, scaling_events: Array.isArray(events) ? events.length : events},
    },
  ]
}

function isIndexed({scenario, traceSha256}: Recorded): boolean {
  const isRepeatable = scenario.routerMode === 'round_robin' && scenario.engineTiming !== 'profile'
  return isRepeatable && traceSha256 !== undefined
}

function entryOf({name, release, scenario, traceSha256, report, planner}: Recorded): string {
  const ticks = ['total_ticks', 'gpu_hours', 'gpu_hours_active', 'scaling_events'] as const
  const figures = [
    ...HEADLINE_KEYS.map(key => [key, report[key]]),
    ...ticks.map(key => [key, planner?.[key]]),
  ].filter(([, value]) => typeof value === 'number')
  const values = figures.map(([key, value]) => `${key}: ${value}`)
  return `{name: '${name}', release: '${release}', scenarioKey: '${scenarioKey(scenario)}', traceSha256: '${traceSha256}', figures: {${values.join(', ')}}}`
}
