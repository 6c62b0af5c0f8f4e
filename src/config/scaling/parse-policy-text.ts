import {isObject, type JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {ReadDocuments} from '../read-documents.ts'

export type AutoscalerName = 'hpa' | 'keda' | 'kpa'

/**
 * An autoscaler's settings as a scenario carries them: `pools` (by `prefill`, `decode` or `all`, each a manifest's spec), and
 * beside them `controller`, `signals`, `scrapeSeconds` and `lagSeconds` where they are not the defaults.
 */
export type PolicyDocument = JsonObject

/** Its manifest, and what of it becomes a pool's settings. */
interface AutoscalerFacts {
  /** How often it decides, s: Kubernetes' sync of the HPA, which KEDA feeds, and Knative's tick (policies.md 2 and 4). */
  readonly decidesEveryS: number
  readonly kind: string
  /** Fields by which a bare spec is told. */
  readonly marks: readonly string[]
  readonly read: (manifest: JsonObject) => unknown
}

export const AUTOSCALER_FACTS: Readonly<Record<AutoscalerName, AutoscalerFacts>> = {
  hpa: {decidesEveryS: 15, kind: 'HorizontalPodAutoscaler', marks: ['maxReplicas'], read: ({spec}) => spec},
  keda: {decidesEveryS: 15, kind: 'ScaledObject', marks: ['triggers'], read: ({spec}) => spec},
  kpa: {
    decidesEveryS: 2,
    kind: 'Service',
    marks: ['annotations', 'containerConcurrency', 'configMap'],
    read: readRevision,
  },
}

export const AUTOSCALERS = Object.keys(AUTOSCALER_FACTS) as readonly AutoscalerName[]

/** Texts of an annotation's key that Knative's autoscaler reads. */
const KNATIVE_PREFIX = 'autoscaling.knative.dev/'

/** Reads JSON or YAML: the scenario's own form, a bare spec, or pasted manifests, one for each pool. */
export function parsePolicyText(
  policy: AutoscalerName,
  text: string,
  readDocuments: ReadDocuments,
): Result<PolicyDocument> {
  const documents = readDocuments(text)
  if (!documents.ok) return documents
  const given = documents.value.flatMap(itemsOf).filter(one => one !== null)
  if (given.length === 0) return ok({pools: {all: {}}})
  const meant = given.length === 1 ? given : meantOf(policy, given)
  return meant.length === 1 ? toDocument(policy, meant[0]) : joinManifests(policy, meant)
}

/** What `kubectl get -o yaml` prints of several is one List. */
function itemsOf(value: unknown): readonly unknown[] {
  return isObject(value) && value.kind === 'List' && Array.isArray(value.items) ? value.items : [value]
}

/** Of several manifests those of the policy's kind, among what else a deployment's file has; all where it has none. */
function meantOf(policy: AutoscalerName, documents: readonly unknown[]): readonly unknown[] {
  const {kind} = AUTOSCALER_FACTS[policy]
  const own = documents.filter(one => isObject(one) && one.kind === kind)
  return own.length === 0 ? documents : own
}

function toDocument(policy: AutoscalerName, value: unknown): Result<PolicyDocument> {
  if (!isObject(value)) return fail('policy-config is not an object with named fields', 'policy-config')
  if (isObject(value.pools)) return ok(value)
  const {kind, marks} = AUTOSCALER_FACTS[policy]
  if (value.kind !== undefined) return joinManifests(policy, [value])
  if (marks.some(mark => mark in value)) return ok({pools: {all: value}})
  const [inner, ...others] = specsIn(value, marks)
  if (inner !== undefined && others.length === 0) return ok({pools: {all: inner}})
  const several = others.length === 0 ? '' : `, and there are ${others.length + 1} of those in it: give one`
  return fail(
    `policy-config is neither a ${kind} nor an object with "pools", nor a spec with ${marks.join(' or ')}${several}`,
    'policy-config',
  )
}

/** Specs under other names, as Helm values have them. */
function specsIn(value: unknown, marks: readonly string[]): readonly JsonObject[] {
  if (!isObject(value)) return []
  if (marks.some(mark => mark in value)) return [value]
  return Object.values(value).flatMap(part => specsIn(part, marks))
}

function joinManifests(policy: AutoscalerName, manifests: readonly unknown[]): Result<PolicyDocument> {
  const {kind, read} = AUTOSCALER_FACTS[policy]
  const pools = new Map<string, unknown>()
  for (const manifest of manifests) {
    if (!isObject(manifest) || manifest.kind !== kind) {
      const found = isObject(manifest) ? String(manifest.kind) : typeof manifest
      return fail(`policy-config holds a ${found}; policy ${policy} takes a ${kind}`, 'policy-config')
    }
    const pool = manifests.length === 1 ? 'all' : poolOf(manifest)
    if (pool === null || pools.has(pool)) {
      return fail(
        `policy-config holds several manifests: each one's name must say prefill or decode, once each`,
        'policy-config',
      )
    }
    pools.set(pool, read(manifest) ?? {})
  }
  return ok({pools: Object.fromEntries(pools)})
}

/** Told by the name of what is scaled, else by its own. */
function poolOf(manifest: JsonObject): string | null {
  const spec = isObject(manifest.spec) ? manifest.spec : {}
  const target = isObject(spec.scaleTargetRef) ? spec.scaleTargetRef.name : ''
  const own = isObject(manifest.metadata) ? manifest.metadata.name : ''
  const names = `${String(target)} ${String(own)}`.toLowerCase()
  const found = ['prefill', 'decode'].filter(pool => names.includes(pool))
  return found.length === 1 ? (found[0] ?? null) : null
}

/** Of a Knative Service: annotations and the limit of its revision template. */
function readRevision({spec}: JsonObject): unknown {
  const template = isObject(spec) && isObject(spec.template) ? spec.template : {}
  const metadata = isObject(template.metadata) ? template.metadata : {}
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {}
  const own = Object.entries(annotations)
    .filter(([key]) => key.startsWith(KNATIVE_PREFIX))
    .map(([key, value]) => [key.slice(KNATIVE_PREFIX.length), value])
  const revision = isObject(template.spec) ? template.spec : {}
  return {
    annotations: Object.fromEntries(own),
    ...(revision.containerConcurrency === undefined
      ? {}
      : {containerConcurrency: revision.containerConcurrency}),
  }
}
