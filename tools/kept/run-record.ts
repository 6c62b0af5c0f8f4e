import {readFile} from 'node:fs/promises'
import {findPreset} from '../../src/config/presets.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {type PackedRun, type RunSummary, savedOutcome, summaryOf} from '../../src/store/saved-run.ts'
import {createWorkerApi} from '../../src/worker/api.ts'
import {packColumns} from '../../src/worker/column-archive.ts'
import {yieldByChannel} from '../../src/worker/host.ts'

/** Both releases, for each has ticks and columns of its own. */
export const PRESETS_KEPT = ['as-published', 'two-at-least'] as const

/** A short run as the Library keeps it: what its list reads, and the packed columns. */
export async function makeRunRecord(preset: string): Promise<{about: RunSummary; body: PackedRun}> {
  const api = createWorkerApi({
    openSiteFile: async path => new Response(new Uint8Array(await readFile(`public/${path}`))),
    nowMs: () => 0,
    yieldToEvents: yieldByChannel,
  })
  const scenario = shortScenario(preset)
  const result = await api.run(
    {scenario, traceBlob: null, profile: null},
    () => {},
    new MessageChannel().port1,
  )
  if (!result.ok) throw new Error(result.error.message)
  const about = summaryOf({
    id: `kept-${preset}`,
    name: `Kept: ${preset}`,
    createdAtMs: 1_790_000_000_000,
    scenario,
    outcome: result.value,
    traceTitle: 'Generated traffic',
    parentId: null,
  })
  return {about, body: await packColumns(savedOutcome(result.value))}
}

/** The preset on two minutes of generated traffic, so that the record is small. */
function shortScenario(preset: string): Scenario {
  const {scenario} = findPreset(preset) ?? {}
  if (scenario === undefined) throw new Error(`no preset ${preset}`)
  const synthetic = {
    input_tokens: 4000,
    output_tokens: 60,
    request_count: 120,
    arrival_interval_ms: 1000,
    turns_per_session: 1,
    shared_prefix_ratio: 0.5,
    num_prefix_groups: 3,
    inter_turn_delay_ms: 0,
  }
  return {...scenario, engineTiming: 'polynomial', synthetic}
}
