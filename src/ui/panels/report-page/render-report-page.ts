import type {Component} from 'svelte'
import {render} from 'svelte/server'
import {VERSION} from '../../../config/link/version.ts'
import tokens from '../../kit/base.css?raw'
import chartStyles from '../../kit/charts/frame/chart.css?raw'
import {escapeXml} from '../../kit/charts/frame/svg-file.ts'
import {type Money, NO_MONEY} from '../../model/money/price-table.svelte.ts'
import {type ChartedRun, runExtent} from '../../model/run/charted-run.ts'
import {scenarioSentence} from '../../model/scenario/run-names.ts'
import ReportPage from './ReportPage.svelte?server'
import styles from './report-page.css?raw'

/** Nothing is loaded and nothing runs: the file is all there is to it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/**
 * The stand-alone diagnostics page of a run: one HTML file without scripts, drawn by the page's own chart
 * components. It depends on the run alone, never on the clock, so that equal runs give equal files.
 */
export function renderReportPage(
  {scenario, outcome}: Pick<ChartedRun, 'scenario' | 'outcome'>,
  money: Money = NO_MONEY,
): string {
  const run: ChartedRun = {scenario, outcome, axis: {extent: runExtent(outcome.result)}}
  const {head, body} = render(ReportPage as Component<{run: ChartedRun; money: Money}>, {
    props: {run, money},
  })
  const title = escapeXml(`Planner diagnostics: ${scenarioSentence(scenario, outcome.traceName)}`)
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta name="generator" content="Planner Replay ${VERSION}">`,
    `<title>${title}</title>`,
    `<style>\n${tokens}${chartStyles}${styles}</style>`,
    withoutMarks(head),
    '</head>',
    `<body>${withoutMarks(body)}</body>`,
    '</html>\n',
  ].join('\n')
}

/** Svelte's comments are for a script that takes the page over; text can hold none, its `<` are escaped. */
function withoutMarks(html: string): string {
  return html.replace(/<!--.*?-->/gs, '')
}
