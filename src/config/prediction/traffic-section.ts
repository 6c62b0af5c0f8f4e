import type {JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {
  any,
  checkPositive,
  number,
  oneOf,
  readSection,
  refuseUnsimulated,
  type Shapes,
  type Unsimulated,
  whole,
} from './read-section.ts'

export interface TrafficSection {
  /** null = generated traffic. */
  readonly tracePath: string | null
  /** Flags of the replay call. */
  readonly flags: readonly (readonly [flag: string, value: string])[]
}

/** What is replayed where the file says nothing. */
const USUAL = {
  source: {type: 'synthetic'},
  load: {type: 'concurrency', concurrency: 10},
  stop: {requests: 100},
}

const TRAFFIC_SHAPES: Shapes = {source: any, load: any, stop: any}

const SOURCE_SHAPES: Readonly<Record<string, Shapes>> = {
  synthetic: {type: any, input_tokens: whole, output_tokens: whole, images: any, cached_prefix_tokens: whole},
  'synthetic-session': {
    type: any,
    new_input_tokens_per_turn: whole,
    output_tokens_per_turn: whole,
    session: any,
  },
  trace: {
    type: any,
    paths: any,
    format: oneOf(
      'mooncake',
      'mooncake-delta',
      'agentic_mooncake',
      'applied_compute_agentic',
      'dynamo',
      'weka',
    ),
    block_size: whole,
    nested_timestamp_basis: any,
  },
}

const SESSION_SHAPES: Shapes = {
  turns: whole,
  shared_prefix_ratio: number,
  prefix_groups: whole,
  inter_turn_delay_ms: number,
}

const AGENTIC: Unsimulated = {
  agentic_lanes: [],
  agentic_snapshot: [],
  agentic_warmup: [false],
  agentic_profile: [],
}

const LOAD_SHAPES: Shapes = {
  type: oneOf('concurrency', 'poisson', 'constant_rate', 'trace_timestamps'),
  concurrency: whole,
  requests_per_second: number,
  sessions_per_second: number,
  seed: whole,
  speedup: number,
  ...Object.fromEntries(Object.keys(AGENTIC).map(key => [key, any])),
}

/** What each kind of load takes besides its type. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  concurrency: ['concurrency'],
  poisson: ['requests_per_second', 'sessions_per_second', 'seed'],
  constant_rate: ['requests_per_second', 'sessions_per_second'],
  trace_timestamps: ['speedup', ...Object.keys(AGENTIC)],
}

const STOP_SHAPES: Shapes = {
  requests: whole,
  requests_per_load_unit: number,
  sessions: whole,
  sessions_per_load_unit: number,
  max_virtual_time_seconds: number,
}

/** `traffic` of a prediction. */
export function readTrafficSection(value: unknown): Result<TrafficSection> {
  const traffic = readSection('traffic', value ?? USUAL, TRAFFIC_SHAPES)
  if (!traffic.ok) return traffic
  const {source: kind, load: given} = traffic.value
  if (kind === undefined || given === undefined)
    return fail(`traffic.${kind === undefined ? 'source' : 'load'} is missing`, 'traffic')
  const source = readSource(kind)
  if (!source.ok) return source
  const load = readSection('traffic.load', given, LOAD_SHAPES)
  if (!load.ok) return load
  const stop = readSection('traffic.stop', traffic.value.stop, STOP_SHAPES)
  if (!stop.ok) return stop
  const problem = checkLoad(load.value) ?? checkPositive('traffic.stop', stop.value, Object.keys(STOP_SHAPES))
  if (problem !== null) return problem
  return source.value.type === 'trace'
    ? traceTraffic(source.value, load.value, stop.value)
    : generatedTraffic(source.value, load.value, stop.value)
}

function readSource(value: unknown): Result<JsonObject> {
  const type = (value as JsonObject | null)?.type ?? 'synthetic'
  const shapes = Object.hasOwn(SOURCE_SHAPES, String(type)) ? SOURCE_SHAPES[String(type)] : undefined
  if (shapes === undefined)
    return fail(
      `traffic.source.type must be one of ${Object.keys(SOURCE_SHAPES).join(', ')}`,
      'traffic.source.type',
    )
  const source = readSection('traffic.source', value, shapes)
  if (!source.ok) return source
  const counts = Object.keys(shapes).filter(key => /tokens/.test(key) && key !== 'cached_prefix_tokens')
  const problem =
    refuseUnsimulated('traffic.source', source.value, {images: [], cached_prefix_tokens: [0]}) ??
    checkPositive('traffic.source', source.value, [...counts, 'block_size'])
  return problem ?? ok({...source.value, type})
}

function checkLoad(load: JsonObject): ReturnType<typeof fail> | null {
  const {type = 'concurrency', ...rest} = load
  const taken = TAKEN[type as string]!
  const extra = Object.keys(rest).find(key => !taken.includes(key))
  if (extra !== undefined)
    return fail(`traffic.load.${extra} does not go with load type ${type}`, `traffic.load.${extra}`)
  return (
    refuseUnsimulated('traffic.load', load, AGENTIC) ??
    checkPositive('traffic.load', load, [
      'concurrency',
      'requests_per_second',
      'sessions_per_second',
      'speedup',
    ])
  )
}

const REFUSED_FORMATS = ['agentic_mooncake']

function traceTraffic(source: JsonObject, load: JsonObject, stop: JsonObject): Result<TrafficSection> {
  const {paths, format = 'mooncake', block_size: blockSize, nested_timestamp_basis: basis} = source
  if (
    !Array.isArray(paths) ||
    paths.length === 0 ||
    !paths.every(path => typeof path === 'string' && path !== '')
  )
    return fail('traffic.source.paths must list at least one file', 'traffic.source.paths')
  if (paths.length > 1)
    return fail(
      'traffic.source.paths: one trace of several files is not simulated here',
      'traffic.source.paths',
    )
  if (REFUSED_FORMATS.includes(format as string) || basis !== undefined)
    return fail(
      `traffic.source: ${basis === undefined ? `format ${format}` : 'nested_timestamp_basis'} is known to 1.6.1 but not simulated here`,
      'traffic.source.format',
    )
  const {type = 'concurrency', concurrency = 10, speedup} = load
  if (type !== 'trace_timestamps' && type !== 'concurrency')
    return fail(
      'traffic.load.type must be trace_timestamps or concurrency where a trace is replayed',
      'traffic.load.type',
    )
  const count = Object.keys(stop).find(key => key !== 'max_virtual_time_seconds')
  if (count !== undefined)
    return fail(`traffic.stop.${count} does not go with a trace`, `traffic.stop.${count}`)
  const seconds = stop.max_virtual_time_seconds as number | undefined
  return ok({
    tracePath: paths[0] as string,
    flags: flagsOf({
      '--trace-format': format,
      '--trace-block-size': blockSize ?? (format === 'dynamo' || format === 'weka' ? undefined : 512),
      '--replay-concurrency': type === 'concurrency' ? concurrency : undefined,
      '--arrival-speedup-ratio': type === 'concurrency' ? undefined : speedup,
      '--max-sim-time-ms': seconds === undefined ? undefined : 1000 * seconds,
    }),
  })
}

function generatedTraffic(source: JsonObject, load: JsonObject, stop: JsonObject): Result<TrafficSection> {
  const isSession = source.type === 'synthetic-session'
  const session = readSession(source)
  if (!session.ok) return session
  const {type = 'concurrency', concurrency = 10, seed = 42} = load
  if (type === 'trace_timestamps')
    return fail('traffic.load.type trace_timestamps needs a trace', 'traffic.load.type')
  const [unit, other] = isSession ? (['sessions', 'requests'] as const) : (['requests', 'sessions'] as const)
  const rate = load[`${unit}_per_second`] as number | undefined
  if (load[`${other}_per_second`] !== undefined || (rate === undefined && type !== 'concurrency'))
    return fail(`traffic.load takes ${unit}_per_second with this source`, `traffic.load.${unit}_per_second`)
  const count = readCount(stop, unit, rate ?? (concurrency as number))
  if (!count.ok) return count
  const {turns, shared_prefix_ratio: ratio, prefix_groups: groups, inter_turn_delay_ms: delay} = session.value
  return ok({
    tracePath: null,
    flags: flagsOf({
      '--input-tokens': (isSession ? source.new_input_tokens_per_turn : source.input_tokens) ?? 1024,
      '--output-tokens': (isSession ? source.output_tokens_per_turn : source.output_tokens) ?? 128,
      '--request-count': count.value,
      '--replay-concurrency': type === 'concurrency' ? concurrency : undefined,
      '--request-rate': type === 'poisson' ? rate : undefined,
      '--arrival-seed': type === 'poisson' ? seed : undefined,
      '--arrival-interval-ms': type === 'constant_rate' ? 1000 / rate! : undefined,
      '--turns-per-session': turns,
      '--shared-prefix-ratio': ratio,
      '--num-prefix-groups': groups,
      '--inter-turn-delay-ms': delay,
    }),
  })
}

function readSession(source: JsonObject): Result<JsonObject> {
  if (source.type !== 'synthetic-session') return ok({})
  const path = 'traffic.source.session'
  if (source.session === undefined) return fail(`${path} is missing; it may be empty ({})`, path)
  const session = readSection(path, source.session, SESSION_SHAPES)
  if (!session.ok) return session
  const {
    turns = 4,
    shared_prefix_ratio: ratio = 0,
    prefix_groups: groups = 0,
    inter_turn_delay_ms: delay = 0,
  } = session.value
  if ((turns as number) < 2) return fail(`${path}.turns must be at least 2`, `${path}.turns`)
  if (!((ratio as number) >= 0 && (ratio as number) <= 1))
    return fail(`${path}.shared_prefix_ratio must be from 0 to 1`, `${path}.shared_prefix_ratio`)
  if ((ratio as number) > 0 && groups === 0)
    return fail(`${path}.prefix_groups must be above 0 where prompts share a prefix`, `${path}.prefix_groups`)
  if (!((delay as number) >= 0))
    return fail(`${path}.inter_turn_delay_ms must not be negative`, `${path}.inter_turn_delay_ms`)
  return ok({turns, shared_prefix_ratio: ratio, prefix_groups: groups, inter_turn_delay_ms: delay})
}

/** How many requests or sessions: a number, or so many per unit of the load, rounded half to even as Python does. */
function readCount(stop: JsonObject, unit: 'requests' | 'sessions', load: number): Result<number> {
  const own = [unit, `${unit}_per_load_unit`]
  const found = Object.keys(stop)
  if (found.length !== 1 || !own.includes(found[0]!))
    return fail(`traffic.stop takes one of ${own.join(', ')} with this source`, 'traffic.stop')
  const value = stop[found[0]!] as number
  return ok(found[0] === unit ? value : Math.max(1, roundHalfEven(value * load)))
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

function flagsOf(flags: JsonObject): TrafficSection['flags'] {
  return Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [[flag, String(value)] as const],
  )
}
