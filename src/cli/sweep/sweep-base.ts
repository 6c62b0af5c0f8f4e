import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {warningNotes} from '../../config/checks/warnings.ts'
import {parseArguments} from '../../config/command-line/arguments.ts'
import {checkFlags} from '../../config/command-line/flags.ts'
import {scenarioFromFlags} from '../../config/command-line/scenario-from-flags.ts'
import {poolsOf, type Scenario} from '../../config/scenario.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {sha256Hex} from '../../core/sha256.ts'
import type {StreamLimits} from '../../run/stream-limits.ts'
import {type Traffic, workloadOptionsOf} from '../../run/traffic.ts'
import {parseTrace} from '../../trace/formats/parse-trace.ts'
import {readOptionsOf} from '../../trace/parsed-trace.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'
import {fileErrorReason} from '../file-errors.ts'
import {loadPlannerConfig, loadPolicyConfig} from '../load-planner-config.ts'
import {profileFiles} from '../load-profile.ts'
import {createTimingLoader} from '../timing-loader.ts'
import {inflated} from '../trace/native-gunzip.ts'
import {nativeSha256} from '../trace/native-sha256.ts'
import {streamTrace} from '../trace/stream-trace.ts'
import {readTraceBytes, traceName} from '../trace/trace-files.ts'

/** What the flags of a replay describe: what many runs start from. */
export interface SweepBase {
  readonly base: Scenario
  /** Of the trace, of which there may be several shards; and what they are called together. */
  readonly paths: readonly string[]
  readonly path: string
  /** The trace's file; null for generated traffic, and for a file that runs read themselves. */
  readonly bytes: Uint8Array | null
  /** The traffic of a file of which no requests are kept; null where they are, or there is none. */
  readonly streamed: Traffic | null
  /** null for generated traffic. */
  readonly traceSha256: string | null
  readonly hasProgress: boolean
  /** Of the flags. */
  readonly notices: readonly string[]
}

/** Flags that would have every point write the same file. */
const SINGLE_RUN_FLAGS = [
  '--report-json',
  '--diagnostics-json',
  '--per-request-jsonl',
  '--chrome-trace',
  '--json',
]

/**
 * @param what a subcommand's doing, for the sentence about a flag that is for a single run
 * @param limits of files of which runs keep no requests; null = they look at all of them
 */
export async function readSweepBase(
  rest: readonly string[],
  what: string,
  limits: StreamLimits | null = null,
): Promise<Result<SweepBase>> {
  const args = parseArguments(rest)
  if (!args.ok) return args
  const {flags, positionals} = args.value
  const single = SINGLE_RUN_FLAGS.find(flag => flags.has(flag))
  if (single !== undefined) return fail(`${single} is for a single run; ${what} writes to --out`, single)
  const checked = checkFlags(args.value)
  if (!checked.ok) return checked
  const path = traceName(positionals)
  const plannerConfig = await loadPlannerConfig(flags.get('--planner-config'))
  if (!plannerConfig.ok) return plannerConfig
  const policyConfig = await loadPolicyConfig(flags.get('--policy-config'))
  if (!policyConfig.ok) return policyConfig
  const unread = {kind: 'file', name: basename(path), sha256: ''} as const
  const described = scenarioFromFlags(args.value, {
    trace: unread,
    plannerConfig: plannerConfig.value.config,
    ...(policyConfig.value === undefined ? {} : {policyConfig: policyConfig.value}),
  })
  if (!described.ok) return described
  const {scenario} = described.value
  const isFile = scenario.synthetic === undefined
  const streamed = isFile && limits !== null ? await streamedBase(positionals, scenario, limits) : null
  if (streamed?.ok === false) return streamed
  const file = isFile && streamed === null ? readTraceBytes(positionals) : ok(null)
  if (!file.ok) return file
  const bytes = file.value
  const traceSha256 = bytes === null ? (streamed?.value.sha256 ?? null) : nativeSha256([bytes])
  return ok({
    base: {...scenario, trace: {...unread, sha256: traceSha256 ?? ''}},
    paths: positionals,
    path,
    bytes,
    streamed: streamed?.value ?? null,
    traceSha256,
    hasProgress: flags.has('--progress'),
    notices: [...plannerConfig.value.notes, ...described.value.notices],
  })
}

/** null where runs keep their requests; what is wrong with the KV caches is said by the check. */
async function streamedBase(
  paths: readonly string[],
  scenario: Scenario,
  limits: StreamLimits,
): Promise<Result<Traffic> | null> {
  const sized = createTimingLoader().sizeKvCaches(scenario)
  return sized.ok ? streamTrace(paths, workloadOptionsOf(scenario), sized.value, limits) : null
}

/**
 * The base's tables stand for the points', and its trace is theirs: what they lack is then known before the first run.
 * @param points what is run: a warning of the base that is true of none of them is not given
 */
export async function checkSweepBase(
  {base, path, bytes, streamed, notices}: SweepBase,
  points: readonly Scenario[] = [base],
): Promise<Result<{readonly trace: ParsedTrace | null; readonly notices: readonly string[]}>> {
  const loader = createTimingLoader()
  const sized = loader.sizeKvCaches(base)
  const timing = sized.ok ? await loader.prepare(sized.value) : sized
  if (!timing.ok) return timing
  const trace = bytes === null ? ok(null) : parseTrace(inflated(bytes), path, readOptionsOf(base))
  if (!trace.ok) return trace
  return ok({
    trace: trace.value,
    notices: [
      ...notices,
      ...warningsOfAny(base, points),
      ...timing.value.notices,
      ...(trace.value?.notices ?? streamed?.notices ?? []),
    ],
  })
}

/** A point may have another value than the base where it is warned of: of the KV blocks what its GPU has room for. */
function warningsOfAny(base: Scenario, points: readonly Scenario[]): readonly string[] {
  const ofPoints = new Set(points.flatMap(warningNotes))
  return warningNotes(base).filter(note => ofPoints.has(note))
}

/** Checksums of the profiles a scenario reads, or null: a changed profile makes another run. */
export function hashProfiles(scenario: Scenario): Result<string | null> {
  if (scenario.engineTiming !== 'profile') return ok(null)
  const hashes: string[] = []
  for (const [, pool] of poolsOf(scenario.fleet)) {
    const path = pool.args.planner_profile_data ?? ''
    const files = profileFiles(path)
    if (!files.ok) return fail(`planner_profile_data: ${files.error.message}`, 'planner_profile_data')
    for (const file of files.value) {
      const bytes = readBytes(file, `planner_profile_data: cannot read ${file}`)
      if (!bytes.ok) return bytes
      hashes.push(sha256Hex(bytes.value))
    }
  }
  return ok(hashes.join(' '))
}

function readBytes(path: string, complaint: string): Result<Uint8Array> {
  try {
    return ok(readFileSync(path))
  } catch (error) {
    return fail(`${complaint}: ${fileErrorReason(error)}`)
  }
}
