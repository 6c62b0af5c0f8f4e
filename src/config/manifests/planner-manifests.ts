import {stringify} from 'yaml'
import {plannerJson} from '../command-line/command-line.ts'
import {isSystemName, SYSTEMS} from '../gpus.ts'
import {objectiveOf} from '../objective.ts'
import {firstPoolOf, type Scenario} from '../scenario.ts'

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

/** The manifest of an autoscaler, or the table of a schedule, as the run had it; null under Dynamo's planner. */
export function policyYaml({scaling}: Scenario): string | null {
  return scaling.policy === 'dynamo' || scaling.policy === 'fixed' ? null : stringify(scaling.config)
}

/** TTFT and ITL always stand there: a request would else hand its own targets to the planner. */
function plannerDocument(scenario: Scenario): Readonly<Record<string, unknown>> | null {
  const json = plannerJson(scenario, 'ours')
  if (json === null || scenario.scaling.policy !== 'dynamo') return null
  const {ttft, itl} = scenario.scaling.config
  const config = JSON.parse(json) as Readonly<Record<string, unknown>>
  return {...config, ...('ttft_ms' in config ? {} : {ttft}), ...('itl_ms' in config ? {} : {itl})}
}
