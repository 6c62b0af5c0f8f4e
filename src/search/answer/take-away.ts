import {flagsFromScenario, formatCommand, plannerJson} from '../../config/command-line/command-line.ts'
import {
  deploymentPlannerYaml,
  deploymentRequestYaml,
  plannerYaml,
  policyYaml,
} from '../../config/manifests/planner-manifests.ts'
import {predictionYamlOfScenario} from '../../config/prediction/prediction-of-scenario.ts'
import type {Scenario} from '../../config/scenario.ts'
import type {Recommendation} from './recommendation.ts'
import {recommendationHtml} from './recommendation-html.ts'
import {formatRecommendation, type WhyNot} from './recommendation-json.ts'

/** A file to take along. */
export interface TakenFile {
  readonly name: string
  /** On its button. */
  readonly label: string
  readonly type: string
  readonly text: string
}

export interface TakeAwayOptions {
  readonly why: WhyNot | null
  /** Path of the trace, as a command line would find it. */
  readonly trace: string
  /** Today's setting in a sentence. */
  readonly summary: string
}

/** All that a search leaves: its answer, its report, and the recommended setting in the forms that others read. */
export function takeAway(
  answer: Recommendation,
  {why, trace, summary}: TakeAwayOptions,
): readonly TakenFile[] {
  const {best} = answer
  return [
    {
      name: 'recommend.json',
      label: 'Answer (JSON)',
      type: 'application/json',
      text: formatRecommendation(answer, why),
    },
    {
      name: 'recommend.html',
      label: 'Report (HTML)',
      type: 'text/html',
      text: recommendationHtml(answer, {why, summary}),
    },
    // What does not hold is nothing to take along.
    ...(best === null ? [] : settingFiles(best.scenario, trace)),
  ]
}

/** One setting in the forms that its release reads. */
export function settingFiles(scenario: Scenario, trace: string): readonly TakenFile[] {
  const json = plannerJson(scenario, 'ours')
  const prediction = predictionYamlOfScenario(scenario, {trace})
  const yaml = (name: string, label: string, text: string | null) =>
    text === null ? [] : [{name, label, type: 'application/yaml', text}]
  return [
    ...(json === null
      ? []
      : [
          {
            name: 'planner.json',
            label: 'Planner (JSON)',
            type: 'application/json',
            text: `${JSON.stringify(JSON.parse(json), null, 2)}\n`,
          },
        ]),
    ...yaml('planner.yaml', 'Planner (YAML)', plannerYaml(scenario)),
    ...yaml('deployment-request.yaml', 'Deployment request', deploymentRequestYaml(scenario)),
    ...yaml('deployment-planner.yaml', 'Deployment’s planner', deploymentPlannerYaml(scenario)),
    ...yaml(`${scenario.scaling.policy}.yaml`, 'Autoscaler', policyYaml(scenario)),
    ...yaml('predict.yaml', 'aisimulate predict', prediction.ok ? prediction.value : null),
    {name: 'command.sh', label: 'Commands', type: 'text/x-shellscript', text: commands(scenario, trace)},
  ]
}

/** 1.6.1 has no replay command of its own any more. */
function commands(scenario: Scenario, trace: string): string {
  const {reference, ours} = flagsFromScenario(scenario, {trace})
  const own = formatCommand('npm run --silent replay --', ours)
  if (scenario.release === '1.6.1') return `${own}\n`
  return `# Planner Replay\n${own}\n\n# The reference's own replay\n${formatCommand('python -m dynamo.replay', reference)}\n`
}
