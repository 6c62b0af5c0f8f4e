import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'
import {PROJECT} from '../support/shared.ts'

export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Runs `npm run replay -- sweep …` as its script does, in a process of its own: its threads need the bundle. */
export function sweep(folder: string, ...argv: string[]): CommandResult {
  return tool(folder, 'sweep', ...argv)
}

/** The same with any subcommand. */
export function tool(folder: string, ...argv: string[]): CommandResult {
  const ran = spawnSync(process.execPath, [TOOL, ...argv], {cwd: folder, encoding: 'utf8'})
  return {code: ran.status, out: ran.stdout, error: ran.stderr}
}

export const TOOL = join(PROJECT, 'tools', 'replay.mjs')

export type Row = Readonly<Record<string, unknown>> & {readonly id: string}

export function readRows(folder: string): readonly Row[] {
  const text = readFileSync(join(folder, 'sweep.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
}

/** The planner of the published experiment: TTFT 1500 ms, ITL 50 ms, both kinds of scaling. */
export const GUIDE_PLANNER = readFileSync(join(PROJECT, 'tools', 'sweep', 'published-planner.json'), 'utf8')
