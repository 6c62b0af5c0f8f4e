import {integerOf} from '../config/command-line/arguments.ts'
import {fail, ok, type Result} from '../core/result.ts'

/** A flag of a subcommand alone, beside those of a replay. */
export interface OwnFlag {
  readonly name: string
  /** undefined = a switch. */
  readonly value?: string
  readonly help: string
}

interface SplitFlags {
  /** Flag -> its values in order; switches have ''. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** Trace and flags of a replay. */
  readonly rest: readonly string[]
}

/** Takes out a subcommand's own flags, `--flag value` or `--flag=value`, spelled in full. */
export function splitOwnFlags(flags: readonly OwnFlag[], argv: readonly string[]): Result<SplitFlags> {
  const values = new Map<string, string[]>()
  const rest: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? ''
    const equals = argument.indexOf('=')
    const name = equals < 0 ? argument : argument.slice(0, equals)
    const flag = flags.find(candidate => candidate.name === name)
    if (flag === undefined) {
      rest.push(argument)
      continue
    }
    const isSwitch = flag.value === undefined
    if (isSwitch && equals >= 0) return fail(`argument ${name}: takes no value`, name)
    const value = isSwitch ? '' : equals < 0 ? argv[++i] : argument.slice(equals + 1)
    if (value === undefined || (equals < 0 && value.startsWith('--'))) {
      return fail(`argument ${name}: expected ${flag.value}`, name)
    }
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return ok({values, rest})
}

/** `--flag VALUE` and what it is for, as `--help` lists them. */
export function describeOwnFlags(flags: readonly OwnFlag[]): readonly string[] {
  return flags.map(({name, value, help}) => `  ${[name, value].filter(Boolean).join(' ')}\n      ${help}`)
}

const MAX_COUNT = 1024

/** A whole number from 1; null without the flag. */
export function readCount(flag: string, text: string | undefined, max = MAX_COUNT): Result<number | null> {
  if (text === undefined) return ok(null)
  const count = integerOf(text)
  if (count !== null && count >= 1 && count <= max) return ok(count)
  return fail(`${flag} must be a whole number from 1 to ${max}, got '${text}'`, flag)
}
