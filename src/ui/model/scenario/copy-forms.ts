import {
  engineJson,
  flagsFromScenario,
  formatCommand,
  plannerJson,
} from '../../../config/command-line/command-line.ts'
import {releaseOf} from '../../../config/releases/release-forms.ts'
import {plannerOf, poolsOf, type Scenario} from '../../../config/scenario.ts'
import type {Result} from '../../../core/result.ts'

/** One form in which a scenario can be taken elsewhere. */
export interface CopyForm {
  readonly id: string
  readonly title: string
  readonly text: string
  /** What the form cannot say, in a sentence each. */
  readonly notes: readonly string[]
  /** In place of `text`, for forms whose writer is fetched when somebody asks. */
  readonly write?: () => Promise<Result<string>>
}

export interface CopyNames {
  /** Path of the trace as the command line would find it. */
  readonly trace: string
  /** The whole address, or null while there is none. */
  readonly link: string | null
}

/** Every form the scenario can be copied in, the most used first. */
export function copyForms(scenario: Scenario, {trace, link}: CopyNames): readonly CopyForm[] {
  const {reference, ours} = flagsFromScenario(scenario, {trace})
  const forms: CopyForm[] = [
    {id: 'ours', title: 'Command, ours', text: command('npm run --silent replay --', ours), notes: []},
  ]
  // 1.6.1 has no replay command of its own any more.
  if (releaseOf(scenario) === '1.2.1')
    forms.push({
      id: 'reference',
      title: "Command, the reference's",
      text: command('python -m dynamo.replay', reference),
      notes: referenceNotes(scenario, ours.slice(reference.length)),
    })
  const planner = plannerJson(scenario, 'ours')
  if (planner !== null)
    forms.push({id: 'planner', title: 'Planner config (JSON)', text: pretty(planner), notes: []})
  for (const [name, {args}] of poolsOf(scenario.fleet)) {
    const title = name === 'agg' ? 'Engine args (JSON)' : `Engine args, ${name} (JSON)`
    forms.push({
      id: `engine-${name}`,
      title,
      text: pretty(engineJson(scenario, args, releaseOf(scenario) === '1.2.1' ? 'ours' : 'reference')),
      notes: [],
    })
  }
  if (releaseOf(scenario) === '1.6.1')
    forms.push({
      id: 'prediction',
      title: 'aisimulate predict (YAML)',
      text: '',
      notes: [],
      write: async () => {
        const {predictionYamlOfScenario} = await import(
          '../../../config/prediction/prediction-of-scenario.ts'
        )
        return predictionYamlOfScenario(scenario, {trace})
      },
    })
  if (link !== null) forms.push({id: 'link', title: 'Link', text: link, notes: []})
  return forms
}

/** A flag and its value to a line, continued as a POSIX shell reads it. */
function command(program: string, args: readonly string[]): string {
  const lines: string[][] = [[]]
  for (const argument of args) {
    if (argument.startsWith('--')) lines.push([argument])
    else lines.at(-1)?.push(argument)
  }
  const [first = [], ...rest] = lines
  return [
    formatCommand(program, first),
    ...rest.map(([flag = '', ...values]) => formatCommand(flag, values)),
  ].join(' \\\n  ')
}

function referenceNotes(scenario: Scenario, leftOut: readonly string[]): readonly string[] {
  const planner = plannerOf(scenario)
  const {engineTiming, synthetic, replayConcurrency} = scenario
  const flags = leftOut.filter(argument => argument.startsWith('--') && argument !== '--engine-timing')
  const notes: string[] = []
  if (planner !== null && engineTiming === 'aic')
    notes.push('Its planner runs use polynomial timing, so its figures are not those of this scenario.')
  else if (leftOut.includes('--engine-timing'))
    notes.push(`It has no --engine-timing: ${engineTiming} is left out.`)
  if (flags.length > 0) notes.push(`It has no ${flags.join(', ')}.`)
  if (planner !== null && synthetic !== undefined)
    notes.push('It refuses generated traffic in a planner run.')
  if (planner !== null && replayConcurrency !== undefined)
    notes.push('It passes over --replay-concurrency in a planner run.')
  return notes
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2)
}
