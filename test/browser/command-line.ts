import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {flagsFromScenario} from '../../src/config/command-line/command-line.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {type Cells, cellsOf} from './site.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface CommandLineRun {
  /** The metric table as printed. */
  readonly table: Cells
  readonly report: Readonly<Record<string, number>>
  /** The stand-alone diagnostics page. */
  readonly html: string
  readonly diagnostics: {readonly gpu_hours: number; readonly scaling_events: readonly unknown[]} | null
}

/** Runs a scenario with the built command line tool, on a file of `static-traces`, or of another folder. */
export function runCommandLine(scenario: Scenario, traceFile: string): CommandLineRun {
  const folder = mkdtempSync(join(tmpdir(), 'planner-replay-browser-'))
  const reportPath = join(folder, 'report.json')
  const diagnosticsPath = join(folder, 'diagnostics.json')
  const htmlPath = join(folder, 'page.html')
  const {ours} = flagsFromScenario(scenario, {trace: resolve(root, 'static-traces', traceFile)})
  const isScaled = scenario.scaling.policy !== 'fixed'
  try {
    const args = [...ours, '--report-json', reportPath, '--html', htmlPath]
    if (isScaled) args.push('--diagnostics-json', diagnosticsPath)
    const tool = join(root, 'dist-cli/planner-replay.js')
    const ran = spawnSync(process.execPath, [tool, ...args], {cwd: folder, encoding: 'utf8'})
    if (ran.status !== 0) throw new Error(`the command line tool ended with ${ran.status}: ${ran.stderr}`)
    return {
      table: parseTable(ran.stdout),
      html: readFileSync(htmlPath, 'utf8'),
      report: JSON.parse(readFileSync(reportPath, 'utf8')),
      diagnostics: isScaled ? JSON.parse(readFileSync(diagnosticsPath, 'utf8')) : null,
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Rows between the rules of the box: `│ a │ b │`. */
function parseTable(output: string): Cells {
  const rows = output
    .split('\n')
    .filter(line => /^\s*[│┃]/.test(line))
    .map(line =>
      line
        .trim()
        .split(/[│┃]/)
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
  return cellsOf(rows)
}
