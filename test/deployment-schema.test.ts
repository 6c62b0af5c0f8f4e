/** Exported DynamoGraphDeploymentRequests and -Deployments against the resources' definition. */
import {expect, test} from 'vitest'
import {parse} from 'yaml'
import {deploymentPlannerYaml, deploymentRequestYaml} from '../src/config/manifests/planner-manifests.ts'
import {PRESETS} from '../src/config/presets.ts'
import {plannerOf} from '../src/config/scenario.ts'
import {DEPLOYMENT_REQUEST, DEPLOYMENT_WITH_SERVICES, misfits} from './support/deployment-schema.ts'

const PLANNED = PRESETS.filter(({scenario}) => plannerOf(scenario) !== null)

test.each(PLANNED)(
  'the deployment request of $id has only what there is, of the right type',
  ({scenario}) => {
    for (const own of [scenario, {...scenario, routerMode: 'kv_router' as const}])
      expect(misfits(parse(deploymentRequestYaml(own)!), DEPLOYMENT_REQUEST)).toEqual([])
  },
)

test.each(PLANNED)('the planner’s service of $id likewise', ({scenario}) => {
  expect(misfits(parse(deploymentPlannerYaml(scenario)!), DEPLOYMENT_WITH_SERVICES)).toEqual([])
})

test('what does not fit is found', () => {
  const request = parse(deploymentRequestYaml(PLANNED[0]!.scenario)!)
  const {model: _, ...spec} = request.spec
  const wrong = {...request, spec: {...spec, backend: 'tgi', modelName: 'x', sla: {ttft: '1500'}}}
  expect(misfits(wrong, DEPLOYMENT_REQUEST)).toEqual([
    ...['.spec.model: missing', '.spec.backend: tgi'],
    ...['.spec.sla.ttft: string, not number', '.spec.modelName: unknown'],
  ])
})
