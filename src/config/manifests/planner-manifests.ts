import {stringify} from 'yaml'
import {isObject} from '../../core/is-object.ts'
import {plannerJson} from '../command-line/command-line.ts'
import {isSystemName, SYSTEMS} from '../gpus.ts'
import {objectiveOf} from '../objective.ts'
import {AUTOSCALER_FACTS} from '../scaling/parse-policy-text.ts'
import {firstPoolOf, type Scaling, type Scenario} from '../scenario.ts'

/** The planner's config as YAML, what is not its default; null under another policy. */
export function plannerYaml(scenario: Scenario): string | null {
  const config = plannerDocument(scenario)
  return config === null ? null : stringify(config)
}

/**
 * A DynamoGraphDeploymentRequest that asks for this planner: `nvidia.com/v1beta1`, whose `features.planner` is handed to the
 * planner as it is. The rest is what the scenario knows of the deployment; what it does not know the operator finds out.
 */
export function deploymentRequestYaml(scenario: Scenario): string | null {
  const planner = plannerDocument(scenario)
  if (planner === null) return null
  const {args} = firstPoolOf(scenario.fleet)
  const objective = objectiveOf(scenario)
  const sku = args.aic_system
  return stringify({
    apiVersion: 'nvidia.com/v1beta1',
    kind: 'DynamoGraphDeploymentRequest',
    metadata: {name: 'recommended'},
    spec: {
      model: args.aic_model_path ?? 'NAME/OF-YOUR-MODEL',
      backend: args.aic_backend ?? args.engine_type,
      ...(isSystemName(sku) && SYSTEMS[sku].isKnownToOperator ? {hardware: {gpuSku: sku}} : {}),
      ...(objective === null ? {} : {sla: {ttft: objective.ttftMs, itl: objective.itlMs}}),
      features: {
        planner,
        ...(scenario.routerMode === 'kv_router' ? {kvRouter: {enabled: true}} : {}),
      },
    },
  })
}

/** The planner's service for a DynamoGraphDeployment that is there already (`nvidia.com/v1alpha1`). */
export function deploymentPlannerYaml(scenario: Scenario): string | null {
  const config = plannerDocument(scenario)
  if (config === null) return null
  const body = stringify({
    apiVersion: 'nvidia.com/v1alpha1',
    kind: 'DynamoGraphDeployment',
    metadata: {name: 'NAME-OF-YOUR-DEPLOYMENT'},
    spec: {
      services: {
        Planner: {
          componentType: 'planner',
          replicas: 1,
          extraPodSpec: {
            mainContainer: {
              command: ['python3', '-m', 'dynamo.planner'],
              args: ['--config', JSON.stringify(config)],
            },
          },
        },
      },
    },
  })
  return `# The planner's part alone: put it under spec.services of your deployment, with its image.\n${body}`
}

const API_VERSIONS: Readonly<Partial<Record<Scaling['policy'], string>>> = {
  hpa: 'autoscaling/v2',
  keda: 'keda.sh/v1alpha1',
}

/**
 * The manifests of an autoscaler, one for each pool, or the table of a schedule; null under Dynamo's planner. Knative's
 * Service has more in it than anybody knows here, and a manifest has no word for a setting of the simulation's own
 * (`controller`, `signals`, …): those are written as a scenario carries them.
 */
export function policyYaml({scaling}: Scenario): string | null {
  const {policy} = scaling
  if (policy === 'dynamo' || policy === 'fixed') return null
  const apiVersion = API_VERSIONS[policy]
  if (policy === 'schedule' || apiVersion === undefined) return stringify(scaling.config)
  const {pools, ...own} = scaling.config
  const specs = isObject(pools) ? Object.entries(pools) : []
  const isWhole = specs.length > 1 || specs[0]?.[0] === 'all'
  if (!isWhole || Object.keys(own).length > 0) return stringify(scaling.config)
  const {kind} = AUTOSCALER_FACTS[policy]
  const documents = specs.map(([pool, spec]) => stringify(manifestOf({apiVersion, kind}, pool, spec)))
  return `# Put in what it scales, and the names your metrics have.\n${documents.join('---\n')}`
}

/** What the spec itself says it scales stays. */
function manifestOf(
  type: {readonly apiVersion: string; readonly kind: string},
  pool: string,
  spec: unknown,
): Readonly<Record<string, unknown>> {
  const name = pool === 'all' ? 'recommended' : `recommended-${pool}`
  const target = `NAME-OF-YOUR-${pool === 'all' ? '' : `${pool.toUpperCase()}-`}DEPLOYMENT`
  const scaleTargetRef = {apiVersion: 'apps/v1', kind: 'Deployment', name: target}
  return {...type, metadata: {name}, spec: {scaleTargetRef, ...(isObject(spec) ? spec : {})}}
}

/** TTFT and ITL always stand there: a request would else hand its own targets to the planner. */
function plannerDocument(scenario: Scenario): Readonly<Record<string, unknown>> | null {
  const json = plannerJson(scenario, 'ours')
  if (json === null || scenario.scaling.policy !== 'dynamo') return null
  const {ttft, itl} = scenario.scaling.config
  const config = JSON.parse(json) as Readonly<Record<string, unknown>>
  return {...config, ...('ttft_ms' in config ? {} : {ttft}), ...('itl_ms' in config ? {} : {itl})}
}
