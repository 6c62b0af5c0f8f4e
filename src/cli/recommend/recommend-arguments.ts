import {parseObjective} from '../../config/objective.ts'
import type {Scenario, ServiceObjective} from '../../config/scenario.ts'
import {parseYamlText} from '../../config/yaml-text.ts'
import {parseDurationS} from '../../core/parse-duration.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {type Prices, parsePrices} from '../../search/prices.ts'
import {findReadySpace, READY_SPACES} from '../../search/ready-spaces.ts'
import {parseSpaceText, type SearchSpace} from '../../search/space.ts'
import {parseShard, type Shard, WHOLE} from '../../sweep/shard.ts'
import {fileErrorReason} from '../file-errors.ts'
import {type OwnFlag, readCount, splitOwnFlags} from '../own-flags.ts'
import {readTextFile} from '../read-text-file.ts'

/** What the `recommend` subcommand is asked for; everything else on its line describes today's setting. */
export interface RecommendArguments {
  /** null = the one that suits the scenario. */
  readonly space: ((scenario: Scenario) => SearchSpace) | null
  /** null = the scenario's own. */
  readonly objective: ServiceObjective | null
  readonly budget: number
  readonly phases: number
  /** Every run of a setting replays the trace generated anew. */
  readonly generatesAnew: boolean
  readonly prices: Prices
  /** Seconds that the search may take here; null = as long as it takes. */
  readonly timeLimitS: number | null
  /** What the answer may cost; null = anything. */
  readonly mostCost: number | null
  /** null = one per core. */
  readonly jobs: number | null
  readonly outFolder: string
  readonly shard: Shard
  /** Prints `recommend.json` in place of sentences. */
  readonly asJson: boolean
  readonly rest: readonly string[]
}

const DEFAULT_BUDGET = 200
const DEFAULT_PHASES = 5

export const RECOMMEND_FLAGS: readonly OwnFlag[] = [
  {
    name: '--objective',
    value: 'ttft=MS,itl=MS,share=0.95',
    help: "What is to be held. Default: the planner's targets for 95 % of the requests.",
  },
  {
    name: '--space',
    value: 'FILE|NAME',
    help:
      'What may be chosen: JSON or YAML, {"planner.min_endpoint": [1, 2, 3], "planner.ttft": {"from": 500, "to": 3000, ' +
      `"step": 500}}, or a ready-made space: ${READY_SPACES.map(({id}) => id).join(', ')}. Default: the ready-made one of the scenario.`,
  },
  {
    name: '--budget',
    value: 'N',
    help: `Runs of the whole trace at the most; runs of a part count as that part. Default: ${DEFAULT_BUDGET}.`,
  },
  {
    name: '--time-limit',
    value: '60s|10min',
    help: 'Time the search may take: no run is begun after it, and the answer is what was found by then.',
  },
  {
    name: '--max-cost',
    value: 'X',
    help:
      'What the answer may cost at the most, in money with --price, in GPU-hours without. Where nothing holds for that, the ' +
      'largest share that can be had for it.',
  },
  {
    name: '--phases',
    value: 'N',
    help: `Planner phases that a setting must have been through before it is recommended. Default: ${DEFAULT_PHASES}.`,
  },
  {
    name: '--seeds',
    help: 'Generate the traffic anew for every phase, from seeds that follow its own; of traces that are generated, and of --request-rate.',
  },
  {
    name: '--price',
    value: 'GPU=2.5|2.5',
    help: 'Money per GPU-hour, of one GPU type (h200_sxm=2.5) or of all others; may be given once for each type.',
  },
  {
    name: '--out',
    value: 'DIR',
    help: 'Where results go: DIR/recommend.json, DIR/evaluations.jsonl, and every run in DIR/points.',
  },
  {name: '--jobs', value: 'N', help: 'Runs at the same time. Default: one per core.'},
  {
    name: '--shard',
    value: 'i/n',
    help:
      'Search only every n-th candidate, from the i-th, with this budget. Without it the same command takes up what ' +
      'shards left in DIR and gives the answer.',
  },
  {name: '--json', help: 'Print recommend.json in place of sentences.'},
]

export function parseRecommendArguments(argv: readonly string[]): Result<RecommendArguments> {
  const split = splitOwnFlags(RECOMMEND_FLAGS, argv)
  if (!split.ok) return split
  const {values, rest} = split.value
  const last = (name: string) => values.get(name)?.at(-1)
  const outFolder = last('--out')
  if (outFolder === undefined || outFolder === '') return fail('recommend needs --out DIR', '--out')
  const given = last('--objective')
  const objective = given === undefined ? ok(null) : parseObjective(given)
  if (!objective.ok) return objective
  const space = readSpace(last('--space'))
  if (!space.ok) return space
  const budget = readCount('--budget', last('--budget'), 1_000_000)
  if (!budget.ok) return budget
  const phases = readCount('--phases', last('--phases'), 99)
  if (!phases.ok) return phases
  const prices = parsePrices(values.get('--price') ?? [])
  if (!prices.ok) return prices
  const timeLimitS = readTimeLimit(last('--time-limit'))
  if (!timeLimitS.ok) return timeLimitS
  const mostCost = readMostCost(last('--max-cost'))
  if (!mostCost.ok) return mostCost
  const jobs = readCount('--jobs', last('--jobs'))
  if (!jobs.ok) return jobs
  const shard = last('--shard') === undefined ? ok(WHOLE) : parseShard(last('--shard') ?? '')
  if (!shard.ok) return shard
  return ok({
    space: space.value,
    objective: objective.value,
    budget: budget.value ?? DEFAULT_BUDGET,
    phases: phases.value ?? DEFAULT_PHASES,
    generatesAnew: values.has('--seeds'),
    prices: prices.value,
    timeLimitS: timeLimitS.value,
    mostCost: mostCost.value,
    jobs: jobs.value,
    outFolder,
    shard: shard.value,
    asJson: values.has('--json'),
    rest,
  })
}

function readTimeLimit(text: string | undefined): Result<number | null> {
  if (text === undefined) return ok(null)
  const seconds = parseDurationS(text)
  return seconds !== null && seconds > 0
    ? ok(seconds)
    : fail(`--time-limit must be a time such as 60s or 10min, got '${text.slice(0, 40)}'`, '--time-limit')
}

function readMostCost(text: string | undefined): Result<number | null> {
  if (text === undefined) return ok(null)
  const cost = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : 0
  return cost > 0
    ? ok(cost)
    : fail(`--max-cost must be a number above 0, got '${text.slice(0, 40)}'`, '--max-cost')
}

function readSpace(given: string | undefined): Result<RecommendArguments['space']> {
  if (given === undefined) return ok(null)
  const ready = findReadySpace(given)
  if (ready !== null) return ok(ready.space)
  try {
    const space = parseSpaceText(readTextFile(given), parseYamlText)
    return space.ok ? ok(() => space.value) : space
  } catch (error) {
    const names = READY_SPACES.map(({id}) => id).join(', ')
    return fail(
      `--space: cannot read ${given}: ${fileErrorReason(error)}; ready-made are ${names}`,
      '--space',
    )
  }
}
