import {isEqual} from '../../core/is-equal.ts'
import {isObject, type JsonObject} from '../../core/is-object.ts'
import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {splitShellWords} from '../command-line/shell-words.ts'
import {isFormerPlannerKey} from './former-planner-keys.ts'

export interface FoundPlannerConfig {
  /** What is to be read as the planner's config. */
  readonly config: unknown
  /** Where it was found, and what beside it counts. */
  readonly notes: readonly string[]
}

export interface PlannerSearch {
  /** Keys of a planner config, of all releases and in all spellings. */
  readonly known: ReadonlySet<string>
  /** Reads JSON or YAML that stands as text in a manifest. */
  readonly parseText: (text: string) => Result<unknown>
}

/** Keys that many other things have too: alone they make no planner config. */
const COMMON_KEYS = new Set([
  ...['backend', 'environment', 'itl', 'log_dir', 'mode', 'model_name', 'namespace', 'ttft'],
])
const AUTOSCALERS: Readonly<Record<string, string>> = {HorizontalPodAutoscaler: 'hpa', ScaledObject: 'keda'}
/** Deep enough for a container's arguments in a list of manifests; no config is deeper. */
const MAX_DEPTH = 16

interface Candidate {
  readonly path: readonly string[]
  readonly config: JsonObject
}

/**
 * The planner's part of what people keep: a bare config, one under `planner:`, a DynamoGraphDeploymentRequest, the
 * arguments of a DynamoGraphDeployment's planner, a ConfigMap, Helm values, or several documents. What has no key of
 * the planner's is refused: the reference would run it with its defaults.
 *
 * @returns error: nothing of the planner's in it, several different configs, or a manifest of another autoscaler
 */
export function findPlannerConfig(value: unknown, search: PlannerSearch): Result<FoundPlannerConfig> {
  const isBare = !isObject(value) || Object.keys(value).length === 0 || hasOwnKeys(value, search.known)
  if (isBare && !(Array.isArray(value) && value.some(isObject))) return ok({config: value, notes: []})
  const candidates = candidatesIn(value, search)
  const [first, ...others] = candidates
  if (first === undefined)
    return isObject(value) && hasAny(value, search) ? ok({config: value, notes: []}) : nothing(value, search)
  const other = others.find(({config}) => !isEqual(config, first.config))
  if (other !== undefined)
    return fail(
      `two planner configs in it, under ${nameOf(first)} and ${nameOf(other)}: give one of them`,
      nameOf(other),
    )
  const targets = targetsBeside(first, value)
  return ok({
    config: {...targets, ...first.config},
    notes: [`The planner config is what stands under ${nameOf(first)}.`, ...targetNotes(targets)],
  })
}

/** Whether an object is a planner config itself, by a key that hardly anything else has. */
function hasOwnKeys(value: JsonObject, known: ReadonlySet<string>): boolean {
  return Object.keys(value).some(key => isPlannerKey(key, known) && !COMMON_KEYS.has(key))
}

function hasAny(value: JsonObject, {known}: PlannerSearch): boolean {
  return Object.keys(value).some(key => isPlannerKey(key, known))
}

function isPlannerKey(key: string, known: ReadonlySet<string>): boolean {
  return known.has(key) || isFormerPlannerKey(key)
}

function candidatesIn(value: unknown, search: PlannerSearch): Candidate[] {
  const found: Candidate[] = []
  const visit = (part: unknown, path: readonly string[]) => {
    if (path.length > MAX_DEPTH) return
    if (typeof part === 'string') for (const inner of objectsInText(part, search)) visit(inner, path)
    if (Array.isArray(part)) for (const [index, item] of part.entries()) visit(item, [...path, String(index)])
    if (!isObject(part)) return
    const isNamed = /planner/i.test(path.at(-1) ?? '') && hasAny(part, search)
    if (isNamed || (path.length > 0 && hasOwnKeys(part, search.known))) {
      found.push({path, config: part})
      return
    }
    for (const [key, inner] of Object.entries(part)) visit(inner, [...path, key])
  }
  visit(value, [])
  return found
}

/** Configs written into a text: a ConfigMap's entry, an argument, or a command with `--config '{…}'`. */
function objectsInText(text: string, {parseText}: PlannerSearch): JsonObject[] {
  if (!/[:{]/.test(text) || !/[\n{]/.test(text)) return []
  const whole = parseText(text)
  if (whole.ok && isObject(whole.value)) return [whole.value]
  const commands = splitShellWords(text)
  if (!commands.ok) return []
  return commands.value
    .flatMap(({words}) => words)
    .filter(word => word.includes('{'))
    .flatMap(word => {
      const parsed = parseText(word.slice(word.indexOf('{')))
      return parsed.ok && isObject(parsed.value) ? [parsed.value] : []
    })
}

function nothing(value: unknown, {known}: PlannerSearch): Result<never> {
  const manifests = Array.isArray(value) ? value.filter(isObject) : [value as JsonObject]
  const kind = manifests.map(({kind: name}) => name).find(name => String(name) in AUTOSCALERS)
  if (kind !== undefined) {
    const policy = AUTOSCALERS[String(kind)]
    return fail(
      `this is a ${kind}, not a planner config: give it as --policy ${policy} --policy-config`,
      'kind',
    )
  }
  const file = configFileIn(value)
  if (file !== null)
    return fail(`the planner of this deployment reads its config from ${file}: give that file instead`, file)
  const keys = manifests.flatMap(manifest => Object.keys(manifest))
  const [first = ''] = keys
  return fail(
    `no key of a planner config in it, nor under planner, spec.features.planner, a ConfigMap's data or the planner's arguments; its keys are ${keys.slice(0, 5).join(', ').slice(0, 200)}${suggestion(first, known)}`,
    first,
  )
}

/** The file that a container's arguments name as the planner's config; null where none does. */
function configFileIn(value: unknown): string | null {
  if (Array.isArray(value)) {
    const at = value.indexOf('--config')
    const inline = value.find(item => typeof item === 'string' && item.startsWith('--config='))
    const file: unknown = at >= 0 ? value[at + 1] : inline?.slice('--config='.length)
    if (typeof file === 'string' && /\.(json|ya?ml)$/.test(file)) return file
  }
  const parts = typeof value === 'object' && value !== null ? Object.values(value) : []
  for (const part of parts) {
    const found = configFileIn(part)
    if (found !== null) return found
  }
  return null
}

function nameOf({path}: Candidate): string {
  return path.map(part => (part.includes('.') ? `'${part}'` : part)).join('.')
}

/** Latency targets of a DynamoGraphDeploymentRequest, which its profiler hands to a planner that has none. */
function targetsBeside({path, config}: Candidate, value: unknown): {ttft?: number; itl?: number} {
  if (path.slice(-2).join('.') !== 'features.planner') return {}
  const spec = path.slice(0, -2).reduce<unknown>((part, key) => (part as JsonObject)[key], value)
  const sla = isObject(spec) && isObject(spec.sla) ? spec.sla : {}
  if (sla.e2eLatency != null) return {}
  const targets: {ttft?: number; itl?: number} = {}
  for (const name of ['ttft', 'itl'] as const) {
    const ms = sla[name]
    if (typeof ms === 'number' && !(name in config) && !(`${name}_ms` in config)) targets[name] = ms
  }
  return targets
}

function targetNotes(targets: {readonly ttft?: number; readonly itl?: number}): string[] {
  const named = Object.entries(targets).map(([name, ms]) => `${name} ${ms} ms`)
  return named.length === 0 ? [] : [`${named.join(' and ')}: from the request's sla, as its profiler does.`]
}
