import {readFile} from 'node:fs/promises'
import {beforeAll, describe, expect, it} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../../../config/presets.ts'
import {type PlannerConfig, type Scenario, scalingBy} from '../../../config/scenario.ts'
import {dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import {formatCell, tableRows} from '../../../report/table.ts'
import {createWorkerApi} from '../../../worker/api.ts'
import {yieldByChannel} from '../../../worker/host.ts'
import type {RunOutcome} from '../../../worker/protocol.ts'
import {formatMs} from '../../kit/format.ts'
import {runExtent} from '../../model/run/charted-run.ts'
import {dynamoDecisions} from '../../policies/dynamo/dynamo-decisions.ts'
import {runTimelines} from '../figures/run-timelines.ts'
import {renderReportPage} from './render-report-page.ts'
import {thinRows} from './thin-rows.ts'
import {countTransitions} from './title-facts.ts'

interface FinishedRun {
  readonly scenario: Scenario
  readonly outcome: RunOutcome
}

/** A real run of a bundled trace. */
async function finishedRun(planner: PlannerConfig | null, id = 'toolagent-5min'): Promise<FinishedRun> {
  const api = createWorkerApi({
    openSiteFile: async path => new Response(new Uint8Array(await readFile(path))),
    nowMs: () => performance.now(),
    yieldToEvents: yieldByChannel,
  })
  const scenario: Scenario = {
    ...defaultScenario(),
    trace: {kind: 'catalogue', id},
    scaling: scalingBy(planner),
  }
  const request = {scenario, traceBlob: null, profile: null}
  const result = await api.run(request, () => {}, new MessageChannel().port1)
  if (!result.ok) throw new Error(result.error.message)
  return {scenario, outcome: result.value}
}

const sla = plannerConfigWith('agg', {
  optimization_target: 'sla',
  ttft: 700,
  itl: 30,
  enable_load_scaling: true,
  load_adjustment_interval: 10,
  throughput_adjustment_interval: 60,
  decode_engine_num_gpu: 1,
})

let run: FinishedRun
let html: string

beforeAll(async () => {
  run = await finishedRun(sla)
  html = renderReportPage(run)
})

/** Text between two marks of the file, tags taken out. */
function textOf(part: string): string {
  return part
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

describe('the stand-alone report', () => {
  it('depends on the run alone: another run of the scenario gives the same bytes', async () => {
    const again = await finishedRun(sla)
    expect(again.outcome.result.report.wall_time_ms).not.toBe(run.outcome.result.report.wall_time_ms)
    expect(renderReportPage(again) === html).toBe(true)
  })

  it('loads nothing and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|<object|javascript:|@import|url\(/i)
    expect(html).not.toMatch(/\s(?:src|srcset|href|on\w+)=/i)
    expect(html.match(/https?:\/\/[^\s"'<]+/g) ?? []).toEqual([])
  })

  it('holds every figure of the metric table', () => {
    const table = html.match(/<table[^>]*><caption.*?<\/table>/s)?.[0] ?? ''
    const text = textOf(table)
    for (const {label, values} of tableRows(run.outcome.result.report)) {
      expect(text).toContain([label, ...values.map(formatCell)].join(' '))
    }
  })

  it('draws every timeline and decision track of the page, with its numbers', () => {
    const {scaling} = run.outcome.result
    const axis = {extent: runExtent(run.outcome.result)}
    const charts = [...runTimelines({...run, axis}), ...dynamoDecisions(dynamoTicksOf(scaling))]
    expect(charts.length).toBeGreaterThanOrEqual(13)
    for (const {id, title} of charts) {
      expect(html).toContain(`<h3 id="${id}-title">${title}`)
      for (const size of ['wide', 'narrow']) expect(html).toContain(`id="${id}-words-${size}"`)
      expect(html).toContain(`aria-label="${title}, table"`)
    }
    expect(html).not.toMatch(/NaN|undefined|\[object/)
  })

  it('tells every tick and every scaling event', () => {
    const {ticks, scalingEvents} = run.outcome.result.scaling!
    const rowsAfter = (label: string) => {
      const table = html.slice(html.indexOf(`aria-label="${label}"`)).match(/<tbody>.*?<\/tbody>/s)?.[0] ?? ''
      return table.match(/<tr>/g)?.length ?? 0
    }
    expect(scalingEvents.length).toBeGreaterThan(0)
    expect(rowsAfter('Scaling events, table')).toBe(scalingEvents.length)
    expect(rowsAfter('Decisions, tick by tick')).toBe(ticks.length)
  })

  it('stays small for an hour of ticks', async () => {
    const hour = await finishedRun(plannerConfigWith('agg', {...sla, ttft: 1500, itl: 50}), 'toolagent-hour')
    expect(hour.outcome.result.scaling!.totalTicks).toBeGreaterThan(350)
    expect(new TextEncoder().encode(renderReportPage(hour)).length).toBeLessThan(1_500_000)
  })

  it('carries the colours of the workbench, for both themes', () => {
    expect(html).toMatch(/--series-0: light-dark\(/)
    expect(html).toContain('color-scheme: light dark')
  })

  it('draws a dot for every request that got a token, and tells the slowest ones', () => {
    const {requests} = run.outcome.result.engine
    const part = html.match(/<section aria-label="Requests".*?<\/section>/s)?.[0] ?? ''
    const counts = [...textOf(part.split('</figcaption>')[0]!).matchAll(/(?:targets|target) ([\d,]+)/g)]
    const counted = counts.map(match => Number(match[1]!.replaceAll(',', ''))).reduce((a, b) => a + b, 0)
    expect(counted).toBe(run.outcome.result.report.completed_requests)
    expect(part.match(/class="dots[^"]*" d="M/g)?.length).toBeGreaterThanOrEqual(4)
    const slowest = Math.max(
      ...Array.from(requests.arrivalOrder, r => requests.firstTokenMs[r]! - requests.arrivalMs[r]!),
    )
    const stories = textOf(html.match(/<section aria-label="Slowest requests".*?<\/section>/s)?.[0] ?? '')
    expect(stories).toContain(`TTFT ${formatMs(slowest)}`)
    expect(stories).toContain('arrived, routed to instance')
    expect(stories).not.toContain('Close')
  })

  it('of a plain run leaves the planner out', async () => {
    const plain = renderReportPage(await finishedRun(null))
    expect(plain).toContain('no planner ticks')
    expect(plain).not.toContain('Scaling events, table')
    expect(plain).not.toContain('Decisions, tick by tick')
    // Nobody asked for anything, so nothing was met.
    expect(plain).not.toContain('met the targets')
  })

  it('shows names of files as text, whatever they hold', () => {
    const name = '<img src=x onerror=alert(1)>--><!-- "quoted" & more'
    const page = renderReportPage({...run, outcome: {...run.outcome, traceName: name}})
    expect(page).not.toContain('<img')
    expect(textOf(page.match(/<h1.*?<dl/s)?.[0] ?? '')).toContain(name)
  })
})

describe('counting transitions', () => {
  it('counts each pool for itself', () => {
    const tick = (active_prefill: number, active_decode: number) => ({
      ...run.outcome.result.scaling!.ticks[0]!,
      active_prefill,
      active_decode,
    })
    expect(countTransitions([tick(1, 1), tick(2, 2), tick(2, 2), tick(2, 1)])).toBe(3)
    expect(countTransitions([])).toBe(0)
  })
})

describe('thinning rows', () => {
  it('keeps the ends and at most so many, and leaves short lists alone', () => {
    const rows = Array.from({length: 1001}, (_, i) => i)
    const thin = thinRows(rows, 101)
    expect(thin).toHaveLength(101)
    expect([thin[0], thin[1], thin.at(-1)]).toEqual([0, 10, 1000])
    expect(thinRows(rows, 1001)).toBe(rows)
  })
})
