import {readFileSync} from 'node:fs'
import {text as readStream} from 'node:stream/consumers'
import {fail, ok, type Result} from '../core/result.ts'
import {fileErrorReason} from './file-errors.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import type {Terminal} from './terminal.ts'

/** A subcommand that reads one JSON file, or standard input, and prints the same structure with answers in it. */
export interface JsonCommand {
  readonly name: string
  readonly help: string
  /** What the file holds, as in "one file of points". */
  readonly holds: string
  answer(input: unknown): Result<unknown> | Promise<Result<unknown>>
}

export async function answerJsonFile(
  command: JsonCommand,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ReplayOutcome> {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.writeOut(command.help)
    return {kind: 'done'}
  }
  const file = await readJsonFile(command, argv)
  const answered = file.ok ? await command.answer(file.value.input) : file
  if (!file.ok) return refuse(file.error.message)
  if (!answered.ok) return refuse(`${file.value.name}: ${answered.error.message}`)
  terminal.writeOut(`${JSON.stringify(answered.value, null, 2)}\n`)
  return {kind: 'done'}
}

async function readJsonFile(
  {name: command, holds}: JsonCommand,
  argv: readonly string[],
): Promise<Result<{readonly name: string; readonly input: unknown}>> {
  const flag = argv.find(argument => argument.startsWith('-') && argument !== '-')
  if (flag !== undefined) {
    return fail(`${command} has no flag ${flag}; it takes one file of ${holds}, or - for stdin`)
  }
  if (argv.length > 1) {
    return fail(`${command} takes one file of ${holds}, got ${argv.length}: ${argv.join(', ')}`)
  }
  const path = argv[0] ?? '-'
  const name = path === '-' ? 'standard input' : path
  let text: string
  try {
    text = path === '-' ? await readStream(process.stdin) : readFileSync(path, 'utf8')
  } catch (error) {
    return fail(`cannot read ${name}: ${fileErrorReason(error)}`)
  }
  try {
    return ok({name, input: JSON.parse(text) as unknown})
  } catch (error) {
    return fail(`${name} is not JSON: ${(error as Error).message}`)
  }
}

function refuse(message: string): ReplayOutcome {
  return {kind: 'bad-input', problem: {message}}
}
