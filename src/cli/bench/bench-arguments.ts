import {BENCH_KINDS, type BenchChoice, type BenchKind, DEFAULT_CHOICE} from '../../bench/bench-choice.ts'
import {type BenchVariants, parseVariants} from '../../bench/parse-variants.ts'
import {parseYamlText} from '../../config/yaml-text.ts'
import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {type Prices, parsePrices} from '../../search/prices.ts'
import {parseShard, type Shard, WHOLE} from '../../sweep/shard.ts'
import {fileErrorReason} from '../file-errors.ts'
import {type OwnFlag, readCount, splitOwnFlags} from '../own-flags.ts'
import {readTextFile} from '../read-text-file.ts'

/** What the `bench` subcommand is asked for; everything else on its line describes the scenario. */
export interface BenchArguments {
  readonly choice: BenchChoice
  readonly prices: Prices
  /** null = one per core. */
  readonly jobs: number | null
  readonly outFolder: string
  readonly shard: Shard
  readonly rest: readonly string[]
}

export const BENCH_FLAGS: readonly OwnFlag[] = [
  {
    name: '--policies',
    value: 'a,b,c',
    help: `What is put on the bench: ${BENCH_KINDS.join(', ')}; own is what --policy or --planner-config say, other-release the planner and engines of the release that is not in use. Default: all but other-release.`,
  },
  {
    name: '--phases',
    value: 'N',
    help: `Runs per policy, with its looks at other moments. Default: ${DEFAULT_CHOICE.phases}.`,
  },
  {
    name: '--most-replicas',
    value: 'N',
    help: "Replicas of all pools together at the most. Default: the planner's max_gpu_budget, else 8.",
  },
  {
    name: '--attempts',
    value: 'N',
    help: `Schedules replayed in hindsight at the most. Default: ${DEFAULT_CHOICE.maxRuns}.`,
  },
  {
    name: '--settings',
    value: 'JSON|FILE',
    help:
      'More settings of a policy, each a line of its own (JSON or YAML): {"dynamo": [{"ttft": 900}, {"min_endpoint": 3}], ' +
      '"hpa": [{"waiting": 2, "running": 12}]}. Of the planner what differs from --planner-config; of hpa, keda and kpa ' +
      'targets per replica, or a whole document as --policy-config takes it; of schedule such a document.',
  },
  {
    name: '--price',
    value: 'GPU=2.5|2.5',
    help: 'Money per GPU-hour, of one GPU type (h200_sxm=2.5) or of all others; may be given once for each type.',
  },
  {
    name: '--out',
    value: 'DIR',
    help: 'Where results go: DIR/bench.csv and bench.json, and per run DIR/points/ID.json and ID.log.',
  },
  {name: '--jobs', value: 'N', help: 'Runs at the same time. Default: one per core.'},
  {
    name: '--shard',
    value: 'i/n',
    help: 'Run only every n-th run, from the i-th; the same command without --shard merges, and looks back.',
  },
]

const MAX_ATTEMPTS = 100_000

export function parseBenchArguments(argv: readonly string[]): Result<BenchArguments> {
  const split = splitOwnFlags(BENCH_FLAGS, argv)
  if (!split.ok) return split
  const {values, rest} = split.value
  const last = (name: string) => values.get(name)?.at(-1)
  const kinds = readKinds(last('--policies'))
  if (!kinds.ok) return kinds
  const counts = {
    phases: readCount('--phases', last('--phases')),
    most: readCount('--most-replicas', last('--most-replicas')),
    maxRuns: readCount('--attempts', last('--attempts'), MAX_ATTEMPTS),
    jobs: readCount('--jobs', last('--jobs')),
  }
  const {phases, most, maxRuns, jobs} = counts
  if (!phases.ok) return phases
  if (!most.ok) return most
  if (!maxRuns.ok) return maxRuns
  if (!jobs.ok) return jobs
  const prices = parsePrices(values.get('--price') ?? [])
  if (!prices.ok) return prices
  const variants = readVariants(last('--settings'))
  if (!variants.ok) return variants
  const shard = last('--shard') === undefined ? ok(WHOLE) : parseShard(last('--shard') ?? '')
  if (!shard.ok) return shard
  const outFolder = last('--out')
  if (outFolder === undefined || outFolder === '') return fail('bench needs --out DIR', '--out')
  return ok({
    choice: {
      kinds: kinds.value,
      phases: phases.value ?? DEFAULT_CHOICE.phases,
      most: most.value,
      maxRuns: maxRuns.value ?? DEFAULT_CHOICE.maxRuns,
      // By GPU type, and so by pool: a price for all of them came first, and stands in links.
      pricePerGpuHour: null,
      variants: variants.value,
    },
    prices: prices.value,
    jobs: jobs.value,
    outFolder,
    shard: shard.value,
    rest,
  })
}

function readKinds(text: string | undefined): Result<readonly BenchKind[]> {
  if (text === undefined) return ok(DEFAULT_CHOICE.kinds)
  const kinds: BenchKind[] = []
  for (const name of text.split(',').map(part => part.trim())) {
    const kind = BENCH_KINDS.find(each => each === name)
    if (kind === undefined) {
      const known = BENCH_KINDS.join(', ')
      return fail(
        `--policies must name some of ${known}, got '${name}'${suggestion(name, BENCH_KINDS)}`,
        '--policies',
      )
    }
    kinds.push(kind)
  }
  return ok(kinds)
}

function readVariants(given: string | undefined): Result<BenchVariants> {
  if (given === undefined) return ok({})
  let text = given
  if (!/^\s*\{/.test(given)) {
    try {
      text = readTextFile(given)
    } catch (error) {
      return fail(`--settings: cannot read ${given}: ${fileErrorReason(error)}`, '--settings')
    }
  }
  const parsed = parseYamlText(text)
  const variants = parsed.ok ? parseVariants(parsed.value) : parsed
  return variants.ok ? variants : fail(`--settings: ${variants.error.message}`, '--settings')
}
