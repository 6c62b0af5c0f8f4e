import type {PlannerConfig, Scenario} from '../config/scenario.ts'
import {computePictures} from '../report/compute-pictures.ts'
import type {DynamoTick} from '../report/dynamo-ticks.ts'
import type {RunResult} from '../run/run.ts'

/** The stand-alone diagnostics page of a run. Its code is loaded when the first page is made: most runs make none. */
export async function makeHtmlReport(scenario: Scenario, result: RunResult): Promise<string> {
  const {renderReportPage} = await import('../ui/panels/report-page/render-report-page.ts')
  const pictures = computePictures({...result, scenario})
  return renderReportPage({scenario, outcome: {result, pictures, traceName: traceNameOf(scenario)}})
}

function traceNameOf({trace, synthetic, traceSeed}: Scenario): string {
  if (synthetic !== undefined) return 'generated traffic'
  const name = trace.kind === 'file' ? trace.name : trace.id
  return traceSeed === undefined ? name : `${name}, seed ${traceSeed}`
}

/**
 * Where the reference leaves its diagnostics page after a planner run (planner.md 10), joined as it joins paths;
 * null where it leaves none: the recorder is off, or there was no tick.
 */
export function plannerReportPath(config: PlannerConfig, ticks: readonly DynamoTick[]): string | null {
  const isRecording = config.report_interval_hours !== null || config.live_dashboard_port !== 0
  const last = ticks.at(-1)
  if (!isRecording || last === undefined) return null
  const name = config.report_filename || defaultName(last.now_s)
  const folder = config.report_output_dir
  if (name.startsWith('/') || folder === '') return name
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** Simulated time counts from 1970, so that runs of equal length overwrite each other's file, as in the reference. */
function defaultName(lastTickS: number): string {
  const [day, time] = new Date(Math.trunc(lastTickS) * 1000).toISOString().split(/[T.]/)
  return `planner_report_${day?.replaceAll('-', '')}_${time?.replaceAll(':', '')}_001.html`
}
