import {type Arguments, parseArguments} from '../../../config/command-line/arguments.ts'
import {FLAGS} from '../../../config/command-line/flag-table.ts'
import {checkFlags, type FlagInputs, parseJson} from '../../../config/command-line/flags.ts'
import {releaseOfFlags} from '../../../config/command-line/flags-1.6.ts'
import {scenarioFromFlags} from '../../../config/command-line/scenario-from-flags.ts'
import {splitShellWords} from '../../../config/command-line/shell-words.ts'
import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import {withRelease} from '../../../config/releases/with-release.ts'
import {initialScaling} from '../../../config/scaling/initial-scaling.ts'
import {OTHER_POLICIES} from '../../../config/scaling/parse-scaling.ts'
import {poolsOf, type TraceSource} from '../../../config/scenario.ts'
import {parseYamlDocuments} from '../../../config/yaml-text.ts'
import {suggestion} from '../../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {offersFor} from './paste-offers.ts'
import {type NeededFile, type PasteContext, type Pasted, profileOf} from './pasted.ts'

/** What a command line collects on the way to a scenario. */
interface Findings {
  readonly notes: string[]
  readonly notUnderstood: string[]
  readonly files: NeededFile[]
}

/** The scenario of a whole command line, the reference's or ours, from a text that may hold more than it. */
export function parseCommand(text: string, context: PasteContext): Result<Pasted> {
  const commands = splitShellWords(text)
  if (!commands.ok) return commands
  const found: Findings = {notes: [], notUnderstood: [], files: []}
  let read: FoundArguments | null = null
  for (const {words, ignored} of commands.value) {
    const args: FoundArguments | null = read === null ? argumentsIn(words) : null
    if (args === null) {
      if (words.length > 0) found.notes.push(`Another command was passed over: ${shortened(words.join(' '))}`)
      continue
    }
    read = args
    found.notes.push(...[...args.before, ...ignored].map(each => `Of no use here: ${shortened(each)}`))
  }
  if (read === null) return fail('this is no command line of python -m dynamo.replay or of planner-replay')
  const {argv, isReference} = read
  const [subcommand] = argv
  if (subcommand === 'sweep' || subcommand === 'perf')
    return fail(`planner-replay ${subcommand} describes no single run: paste a replay command`, subcommand)
  const pasted = readArguments(withoutUnknown(argv, found.notUnderstood), context, found)
  if (!pasted.ok || !isReference) return pasted
  return ok({...pasted.value, offers: offersFor(pasted.value.scenario)})
}

interface FoundArguments {
  readonly argv: readonly string[]
  /** `python -m dynamo.replay`, whose command lines name neither a release nor what times the engine. */
  readonly isReference: boolean
  /** Environment variables given in front of the program. */
  readonly before: readonly string[]
}

/** The arguments after the program's name; null = another program. */
function argumentsIn(words: readonly string[]): FoundArguments | null {
  const before = words.filter((word, i) => /^[A-Z_][A-Z0-9_]*=/i.test(word) && i < startOf(words))
  const start = startOf(words)
  const isReference = words[start - 1] === 'dynamo.replay'
  return start < 0 ? null : {argv: words.slice(start), isReference, before}
}

function startOf(words: readonly string[]): number {
  const module = words.findIndex((word, i) => word === '-m' && words[i + 1] === 'dynamo.replay')
  if (module >= 0) return module + 2
  const tool = words.findIndex(word => /(^|[/\\])planner-replay(\.js)?$/.test(word))
  if (tool >= 0) return words[tool + 1] === '--' ? tool + 2 : tool + 1
  const runner = words.findIndex(word => /^(npm|pnpm|yarn|bun)$/.test(word))
  const script = runner < 0 ? -1 : words.indexOf('replay', runner)
  if (script >= 0) return words[script + 1] === '--' ? script + 2 : script + 1
  return words[0]?.startsWith('--') ? 0 : -1
}

/** Takes out flags that nobody knows, so that one typing mistake does not lose the rest; they are named. */
function withoutUnknown(argv: readonly string[], notUnderstood: string[]): readonly string[] {
  const known: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!
    const name = argument.split('=')[0]!
    if (argument === '--') return [...known, ...argv.slice(i)]
    const flag = FLAGS.find(each => each.name === name) ?? FLAGS.find(each => each.name.startsWith(name))
    const next = argv[i + 1]
    if (!argument.startsWith('--')) known.push(argument)
    else if (flag !== undefined) {
      known.push(argument)
      if (flag.type !== 'switch' && argument === name && next !== undefined) known.push(argv[++i]!)
    } else {
      const value =
        argument === name && next !== undefined && !/^--|\.(jsonl|csv|gz)$/.test(next) ? argv[++i]! : ''
      const hint = suggestion(
        name,
        FLAGS.map(each => each.name),
      )
      notUnderstood.push(`${shortened(`${argument} ${value}`.trim())}${hint}`)
    }
  }
  return known
}

/** The placeholder of a command that names no traffic: the page's own stays. */
const CURRENT_TRACE = 'the current trace'

function readArguments(argv: readonly string[], context: PasteContext, found: Findings): Result<Pasted> {
  const parsed = parseArguments(argv)
  if (!parsed.ok) return parsed
  const args = usableHere(parsed.value, found)
  const checked = checkFlags(args)
  if (!checked.ok) return checked
  const planner = readPlannerFlag(args, context, found)
  if (!planner.ok) return planner
  const described = scenarioFromFlags(args, {
    trace: traceOf(args, context, found),
    plannerConfig: planner.value,
    ...readPolicyFlag(args, found),
  })
  if (!described.ok) return described
  const {scenario, notices} = described.value
  for (const [name, {args: engine}] of poolsOf(scenario.fleet))
    if (engine.planner_profile_data !== null)
      found.files.push(profileOf(`planner_profile_data (${name})`, engine.planner_profile_data))
  for (const notice of notices)
    (/is not a planner field|unknown planner|unknown key/.test(notice)
      ? found.notUnderstood
      : found.notes
    ).push(notice)
  return ok({what: 'Command line', scenario, ...found})
}

const OF_A_TERMINAL = new Set(['--help', '--version', '--translate-config'])

/** Leaves out the flags that only matter to a program with files and a terminal. */
function usableHere({positionals, flags}: Arguments, found: Findings): Arguments {
  const kept = new Map(flags)
  for (const [name, text] of flags) {
    const flag = FLAGS.find(each => each.name === name)
    const isOutput = flag?.group === 'Output' || OF_A_TERMINAL.has(name)
    if (!isOutput) continue
    kept.delete(name)
    found.notes.push(
      `Of no use here: ${shortened(`${name} ${text}`.trim())} (results are saved from the page)`,
    )
  }
  if (
    positionals.length > 0 ||
    ['--input-tokens', '--output-tokens', '--request-count'].some(flag => kept.has(flag))
  )
    return {positionals, flags: kept}
  return {positionals: [CURRENT_TRACE], flags: kept}
}

function traceOf({positionals}: Arguments, {current, traces}: PasteContext, found: Findings): TraceSource {
  const [path] = positionals
  if (path === undefined) return current.trace
  if (path === CURRENT_TRACE) {
    found.notes.push('No trace is named: the one on the page stays.')
    return current.trace
  }
  return traceAt(path, {flag: 'TRACE', traces, files: found.files})
}

interface TraceLookup {
  /** What names the path. */
  readonly flag: string
  readonly traces: PasteContext['traces']
  readonly files: NeededFile[]
}

/** The trace of a path, where the page has a file of that name; else it is asked for. */
export function traceAt(path: string, {flag, traces, files}: TraceLookup): TraceSource {
  const name = baseName(path)
  const known = traces.get(name)
  if (known !== undefined) return known
  files.push({what: 'trace', flag, path})
  // Without a checksum no file is the right one, so nothing runs on another trace meanwhile.
  return {kind: 'file', name, sha256: ''}
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) || path
}

function readPlannerFlag({flags}: Arguments, {current}: PasteContext, found: Findings): Result<unknown> {
  const text = flags.get('--planner-config')
  if (text === undefined) return ok(undefined)
  const json = parseJson(text)
  if (json.ok) return json
  if (text.trim().startsWith('{')) return fail(`--planner-config: ${json.error.message}`, '--planner-config')
  found.files.push({what: 'planner config', flag: '--planner-config', path: text})
  const mode = flags.has('--prefill-engine-args') || flags.has('--decode-engine-args') ? 'disagg' : 'agg'
  const release = releaseOfFlags(flags)
  const {scaling} = withRelease(current, release).scenario
  if (scaling.policy !== 'dynamo') return ok({mode})
  const {scale_interval_seconds: _, ...config} = scaling.config as Partial<PlannerConfig16>
  return ok({...config, mode})
}

/** Settings that stand in the command itself; those of a file are asked for. */
function readPolicyFlag({flags}: Arguments, found: Findings): Pick<FlagInputs, 'policyConfig'> {
  const given = flags.get('--policy-config')
  const policy = OTHER_POLICIES.find(known => known === flags.get('--policy'))
  if (given === undefined) return {}
  // A file's name has neither braces nor lines.
  if (policy === undefined || /[{\n]/.test(given))
    return {policyConfig: {text: given, readDocuments: parseYamlDocuments}}
  found.files.push({what: 'policy settings', flag: '--policy-config', path: given})
  const text = JSON.stringify(initialScaling(policy).config)
  return {policyConfig: {text, readDocuments: parseYamlDocuments}}
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}
