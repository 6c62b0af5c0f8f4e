import type {GpuPrices} from '../../answers/gpu-answer.ts'
import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {parseAxis, type SweepAxis} from '../../sweep/axis.ts'
import {findSweepPreset, presetAxes, SWEEP_PRESETS, type SweepPreset} from '../../sweep/presets.ts'
import type {Repeats} from '../../sweep/repeats.ts'
import {parseShard, type Shard, WHOLE} from '../../sweep/shard.ts'
import {type OwnFlag, readCount, splitOwnFlags} from '../own-flags.ts'

/** What the `sweep` subcommand is asked for; everything else on its line describes the run at its centre. */
export interface SweepArguments {
  readonly axes: readonly SweepAxis[]
  readonly preset: SweepPreset | null
  /** null = one per core. */
  readonly jobs: number | null
  readonly outFolder: string
  readonly shard: Shard
  readonly repeats: Repeats
  /** Every point has the KV cache that its engine has room for. */
  readonly sizesKv: boolean
  /** Money per GPU-hour by GPU. */
  readonly prices: GpuPrices
  /** Runs points again although their results are there. */
  readonly isFresh: boolean
  readonly wantsHtml: boolean
  /** Trace and flags of a replay. */
  readonly rest: readonly string[]
}

/** Flags of the subcommand alone. */
export const SWEEP_FLAGS: readonly OwnFlag[] = [
  {
    name: '--vary',
    value: 'KEY=from:to:step|a,b,c',
    help: 'Knob to vary, once or twice: engine.FIELD, prefill.FIELD, decode.FIELD, planner.FIELD, num_workers, …',
  },
  {
    name: '--preset',
    value: 'NAME',
    help: `Ready-made sweep in place of --vary: ${SWEEP_PRESETS.map(({id}) => id).join(', ')}.`,
  },
  {
    name: '--out',
    value: 'DIR',
    help: 'Where results go: DIR/sweep.jsonl, and per point DIR/points/ID.json and ID.log.',
  },
  {name: '--jobs', value: 'N', help: 'Runs at the same time. Default: one per core.'},
  {
    name: '--shard',
    value: 'i/n',
    help: 'Run only every n-th point, from the i-th (1 <= i <= n), for many machines.',
  },
  {
    name: '--repeats',
    value: 'N',
    help: 'Runs per point, the scenario itself being the first. Default: 1.',
  },
  {
    name: '--repeats-of',
    value: 'phase|seed|order',
    help:
      "What repeats differ in: the planner's phase within its interval, the seed of the trace, which must be " +
      "one of static-traces/, or the order in which 1.6.1's planner keeps its samples. Default: phase.",
  },
  {
    name: '--kv-capacity',
    value: 'estimated|kept',
    help:
      "KV blocks of every point: those its GPU and tensor parallelism have room for, or the scenario's own. Default: " +
      'estimated for --preset sku-tp, else kept.',
  },
  {
    name: '--prices',
    value: 'GPU=MONEY,…',
    help: 'What a GPU-hour of each GPU costs, for example h100_sxm=2.5,b200_sxm=5: sweeps over GPUs then choose by money.',
  },
  {name: '--fresh', help: 'Run finished points again in place of keeping their results.'},
  {name: '--html', help: 'Also write the stand-alone diagnostics page of every point.'},
]

export function parseSweepArguments(argv: readonly string[]): Result<SweepArguments> {
  const split = splitOwnFlags(SWEEP_FLAGS, argv)
  if (!split.ok) return split
  const {values, rest} = split.value
  const last = (name: string) => values.get(name)?.at(-1)
  const preset = readPreset(last('--preset'), values.has('--vary'))
  if (!preset.ok) return preset
  const axes = readAxes(values.get('--vary') ?? [], preset.value)
  if (!axes.ok) return axes
  const shard = last('--shard') === undefined ? ok(WHOLE) : parseShard(last('--shard') ?? '')
  if (!shard.ok) return shard
  const jobs = readCount('--jobs', last('--jobs'))
  if (!jobs.ok) return jobs
  const repeats = readRepeats(last('--repeats'), last('--repeats-of'))
  if (!repeats.ok) return repeats
  const sizesKv = readKvCapacity(last('--kv-capacity'), preset.value)
  if (!sizesKv.ok) return sizesKv
  const prices = readPrices(last('--prices'))
  if (!prices.ok) return prices
  const outFolder = last('--out')
  if (outFolder === undefined || outFolder === '') return fail('sweep needs --out DIR', '--out')
  return ok({
    axes: axes.value,
    preset: preset.value,
    jobs: jobs.value,
    outFolder,
    shard: shard.value,
    repeats: repeats.value,
    sizesKv: sizesKv.value,
    prices: prices.value,
    isFresh: values.has('--fresh'),
    wantsHtml: values.has('--html'),
    rest,
  })
}

function readPreset(name: string | undefined, hasVary: boolean): Result<SweepPreset | null> {
  if (name === undefined) return ok(null)
  if (hasVary) return fail('--preset and --vary exclude each other', '--preset')
  const preset = findSweepPreset(name)
  if (preset !== null) return ok(preset)
  const names = SWEEP_PRESETS.map(({id}) => id)
  return fail(
    `--preset must be one of ${names.join(', ')}, got '${name}'${suggestion(name, names)}`,
    '--preset',
  )
}

function readAxes(texts: readonly string[], preset: SweepPreset | null): Result<readonly SweepAxis[]> {
  if (preset !== null) return presetAxes(preset)
  if (texts.length === 0 || texts.length > 2) {
    return fail(`sweep needs one or two --vary KEY=from:to:step or KEY=a,b,c, got ${texts.length}`, '--vary')
  }
  const axes: SweepAxis[] = []
  for (const text of texts) {
    const axis = parseAxis(text)
    if (!axis.ok) return fail(`--vary: ${axis.error.message}`, axis.error.field)
    axes.push(axis.value)
  }
  return ok(axes)
}

function readRepeats(countText: string | undefined, of = 'phase'): Result<Repeats> {
  const count = readCount('--repeats', countText)
  if (!count.ok) return count
  if (of === 'phase' || of === 'seed' || of === 'order') return ok({of, count: count.value ?? 1})
  return fail(`--repeats-of must be phase, seed or order, got '${of}'`, '--repeats-of')
}

function readKvCapacity(text: string | undefined, preset: SweepPreset | null): Result<boolean> {
  if (text === undefined) return ok(preset?.sizesKv === true)
  if (text === 'estimated' || text === 'kept') return ok(text === 'estimated')
  return fail(`--kv-capacity must be estimated or kept, got '${text}'`, '--kv-capacity')
}

function readPrices(text: string | undefined): Result<GpuPrices> {
  const prices = new Map<string, number>()
  for (const part of text?.split(',') ?? []) {
    const match = /^\s*([\w.-]+)=(\d{1,9}(?:\.\d{1,9})?)\s*$/.exec(part)
    const price = Number(match?.[2])
    if (match === null || !(price > 0)) return fail(`--prices reads GPU=MONEY,…, got '${part}'`, '--prices')
    prices.set(match[1] ?? '', price)
  }
  return ok(prices)
}
