import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'

export interface PredictArguments {
  readonly config: string
  readonly settings: readonly string[]
  readonly outputDir: string
  readonly overwrites: boolean
  readonly asJson: boolean
  readonly capturesRequests: boolean
}

export const PREDICT_HELP = `usage: planner-replay predict -c FILE.yaml [--set PATH=VALUE]... [--output-dir DIR]

Runs a configuration of "aisimulate predict --stack dynamo" (ai-dynamo 1.6.1) and writes DIR/prediction.json. What it
asks for and a replay here does not simulate is refused by name.

  -c, --config FILE        The configuration, YAML.
  --set PATH=VALUE         Another value at a path, as engine.backend=sglang; any number of times.
  --output-dir DIR         Default: ./aisimulate-output.
  --overwrite              Write into a folder that is not empty.
  --capture-per-request    Every request in prediction.json, and in DIR/requests.jsonl.
  --format {table,json}    What is printed: the report's table, or its figures as JSON. Default: table.
  --stack dynamo           Taken as it is written there; no other stack is simulated.

exit codes: 0 done, 1 the run failed, 2 bad input
`

const TAKES_VALUE = ['--config', '--set', '--output-dir', '--format', '--stack']
const SWITCHES = ['--overwrite', '--capture-per-request', '--help']

/** null = help is asked for. */
export function parsePredictArguments(argv: readonly string[]): Result<PredictArguments | null> {
  const values = new Map<string, string[]>()
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!
    const [head = '', ...rest] = argument.split('=')
    const name = {'-c': '--config', '-h': '--help'}[head] ?? head
    const attached = rest.length > 0 && head.startsWith('--') ? rest.join('=') : undefined
    if (SWITCHES.includes(name) && attached === undefined) {
      values.set(name, [])
      continue
    }
    if (!TAKES_VALUE.includes(name))
      return fail(`unrecognized arguments: ${argument}${suggestion(head, [...TAKES_VALUE, ...SWITCHES])}`)
    const value = attached ?? argv[++i]
    if (value === undefined) return fail(`argument ${name}: expected one argument`, name)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return values.has('--help') ? ok(null) : checkValues(values)
}

function checkValues(values: ReadonlyMap<string, readonly string[]>): Result<PredictArguments> {
  const last = (name: string) => values.get(name)?.at(-1)
  const config = last('--config')
  if (config === undefined) return fail('the following arguments are required: -c/--config', '--config')
  const format = last('--format') ?? 'table'
  if (format !== 'table' && format !== 'json')
    return fail(`argument --format: invalid choice: '${format}' (choose from 'table', 'json')`, '--format')
  const stack = last('--stack') ?? 'dynamo'
  if (stack !== 'dynamo')
    return fail(`argument --stack: ${stack} is not simulated here; dynamo is`, '--stack')
  return ok({
    config,
    settings: values.get('--set') ?? [],
    outputDir: last('--output-dir') ?? './aisimulate-output',
    overwrites: values.has('--overwrite'),
    asJson: format === 'json',
    capturesRequests: values.has('--capture-per-request'),
  })
}
