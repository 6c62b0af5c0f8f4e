import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Problem, type Result} from '../../core/result.ts'
import type {Flag} from './flag.ts'
import {FLAGS} from './flag-table.ts'

/** A command line after reading: texts as given, known to be of the flag's type. */
export interface Arguments {
  readonly positionals: readonly string[]
  /** Flag name -> text of its last occurrence; switches map to ''. */
  readonly flags: ReadonlyMap<string, string>
}

/** What guides and older tools call the trace. */
const TRACE_FLAGS = new Set(['--trace', '--trace-file', '--trace-path', '--input-file'])
/** Keywords of 1.6.1's replay call that are not simulated, and what becomes of them. */
const NOT_SIMULATED: ReadonlyMap<string, string> = new Map([
  [
    '--agentic-lanes',
    'agentic lanes of 1.6.1 are not simulated: every conversation starts as it was recorded',
  ],
  [
    '--weka-nested-timestamp-basis',
    'it is told from the recording, as 1.6.1 does where it is not given: see weka_nested_timestamp_basis in the report',
  ],
  ['--kv-event-lag-ms', "a lag of the router's KV events is not simulated"],
])
const BY_NAME: ReadonlyMap<string, Flag> = new Map(FLAGS.map(flag => [flag.name, flag]))

/**
 * Reads arguments as the reference's argparse does: `--flag value` or `--flag=value`, unambiguous beginnings of
 * flags, negative numbers as values, `--` before positionals. Messages are argparse's, with a suggestion.
 */
export function parseArguments(argv: readonly string[]): Result<Arguments> {
  const positionals: string[] = []
  const flags = new Map<string, string>()
  const unknown: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? ''
    if (argument === '--') {
      positionals.push(...argv.slice(i + 1))
      break
    }
    if (!looksLikeFlag(argument)) {
      positionals.push(argument)
      continue
    }
    const equals = argument.indexOf('=')
    const found = findFlag(equals < 0 ? argument : argument.slice(0, equals))
    if (!found.ok) return found
    if (found.value === null) {
      unknown.push(argument)
      continue
    }
    const flag = found.value
    const attached = equals < 0 ? undefined : argument.slice(equals + 1)
    const next = argv[i + 1]
    const takesNext = flag.type !== 'switch' && attached === undefined
    const text = takesNext && next !== undefined && !looksLikeFlag(next) && next !== '--' ? next : attached
    const problem = checkText(flag, text)
    if (problem !== null) return {ok: false, error: problem}
    if (takesNext) i++
    flags.set(flag.name, text ?? '')
  }
  if (unknown.length > 0) return fail(unrecognized(unknown))
  return ok({positionals, flags})
}

function looksLikeFlag(argument: string): boolean {
  if (!argument.startsWith('-') || argument === '-') return false
  return !/^-\d+$|^-\d*\.\d+$/.test(argument) && !argument.includes(' ')
}

/** The flag of this name or of this unambiguous beginning; null = no such flag. */
function findFlag(name: string): Result<Flag | null> {
  if (name === '-h') return ok(BY_NAME.get('--help') ?? null)
  const exact = BY_NAME.get(name)
  if (exact !== undefined) return ok(exact)
  if (!name.startsWith('--')) return ok(null)
  const candidates = FLAGS.filter(flag => flag.name.startsWith(name))
  if (candidates.length <= 1) return ok(candidates[0] ?? null)
  const matches = candidates.map(flag => flag.name).join(', ')
  return fail(`ambiguous option: ${name} could match ${matches}`)
}

function unrecognized(unknown: readonly string[]): string {
  const name = unknown[0]?.split('=')[0] ?? ''
  if (TRACE_FLAGS.has(name))
    return `unrecognized arguments: ${unknown.join(' ')} (the trace is the first argument: replay TRACE …)`
  const known = NOT_SIMULATED.get(name)
  if (known !== undefined) return `unrecognized arguments: ${unknown.join(' ')} (${known})`
  return `unrecognized arguments: ${unknown.join(' ')}${suggestion(name, BY_NAME.keys())}`
}

function checkText(flag: Flag, text: string | undefined): Problem | null {
  const problem = (message: string): Problem => ({
    message: `argument ${flag.name}: ${message}`,
    field: flag.name,
  })
  if (flag.type === 'switch')
    return text === undefined ? null : problem(`ignored explicit argument '${text}'`)
  if (text === undefined) return problem('expected one argument')
  if (flag.type === 'integer' && integerOf(text) === null) return problem(`invalid int value: '${text}'`)
  if (flag.type === 'number' && numberOf(text) === null) return problem(`invalid float value: '${text}'`)
  const choices = flag.choices ?? []
  if (flag.type === 'choice' && !choices.includes(text)) {
    const listed = choices.map(choice => `'${choice}'`).join(', ')
    return problem(`invalid choice: '${text}' (choose from ${listed})`)
  }
  return null
}

/** Python's `int(text)`, within what a double holds exactly; null if it is none. */
export function integerOf(text: string): number | null {
  if (!/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text)) return null
  const value = Number(text.replaceAll('_', ''))
  return Number.isSafeInteger(value) ? value : null
}

/** Python's `float(text)` without its infinities, which no flag can use; null if it is none. */
export function numberOf(text: string): number | null {
  if (!/^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i.test(text))
    return null
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : null
}
