import type {Scenario} from '../../../config/scenario.ts'
import {formatDiagnosticsJson} from '../../../report/diagnostics.ts'
import {formatPerRequestLines} from '../../../report/per-request.ts'
import type {Report} from '../../../report/report.ts'
import {formatReportJson} from '../../../report/report-json.ts'
import {type NamedFile, textFile} from '../../kit/controls/named-file.ts'
import type {Money} from '../../model/money/price-table.svelte.ts'
import type {FinishedRun} from '../../model/run/run.svelte.ts'
import {nameOfRun} from '../../model/scenario/run-names.ts'

/** Characters of a scenario's name in that of a file. */
const MOST_NAME = 80

/**
 * The files a run leaves behind, the same as the command line writes.
 * @param money of a GPU-hour; the command line knows none and leaves `cost` null
 */
export function runFiles(run: FinishedRun, money: Money): NamedFile[] {
  const {result} = run.outcome
  const report = withCost(result.report, money)
  const {scaling} = result
  const json = (text: string) => textFile(text, 'application/json')
  const files: NamedFile[] = [
    {label: 'Download report (HTML)', name: reportName(run.scenario), make: () => htmlReport(run, money)},
    {label: 'Report JSON', name: 'report.json', make: () => json(formatReportJson(report))},
  ]
  if (scaling !== null) {
    files.push({
      label: 'Diagnostics JSON',
      name: 'diagnostics.json',
      make: () => json(formatDiagnosticsJson({report, scaling})),
    })
  }
  files.push({
    label: result.engine.requests.sampled === undefined ? 'Requests JSONL' : 'Requests JSONL (a sample)',
    name: 'requests.jsonl',
    make: () => inSlices(formatPerRequestLines(result.engine.requests), 'application/jsonl'),
  })
  files.push({
    label: 'Timeline for Perfetto',
    name: 'timeline.json',
    make: () => timeline(run),
  })
  return files
}

/** So that reports of several scenarios can lie in one folder. */
function reportName(scenario: Scenario): string {
  const words =
    nameOfRun(scenario)
      .toLowerCase()
      .match(/[a-z0-9.]+/g) ?? []
  return `planner-report-${words.join('-').slice(0, MOST_NAME)}.html`
}

function withCost(report: Report, {price, currency}: Money): Report {
  const extras = report.planner_replay
  if (price === null) return report
  return {
    ...report,
    planner_replay: {
      ...extras,
      cost: extras.billed_gpu_hours * price,
      price_per_gpu_hour: price,
      ...(currency === '' ? {} : {currency}),
    },
  }
}

/** The code that prints it is fetched when it is first asked for. */
async function htmlReport(run: FinishedRun, money: Money): Promise<Blob> {
  const {renderReportPage} = await import('../report-page/render-report-page.ts')
  return new Blob([renderReportPage(run, money)], {type: 'text/html'})
}

async function timeline({outcome: {result}}: FinishedRun): Promise<Blob> {
  const {formatChromeTrace, timelineProvenance} = await import('../../../report/timeline/chrome-trace.ts')
  return inSlices(formatChromeTrace(result, timelineProvenance(result.report)), 'application/json')
}

/** Lines per turn of the event loop: a few milliseconds of work, so that the page stays alive. */
const SLICE_LINES = 1000

async function inSlices(lines: Iterable<string>, type: string): Promise<Blob> {
  const parts: string[] = []
  let slice: string[] = []
  for (const line of lines) {
    slice.push(line)
    if (slice.length < SLICE_LINES) continue
    parts.push(slice.join(''))
    slice = []
    await new Promise(resolve => setTimeout(resolve))
  }
  parts.push(slice.join(''))
  return new Blob(parts, {type})
}
