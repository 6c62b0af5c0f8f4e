import {basename} from 'node:path'
import type {Arguments} from '../config/command-line/arguments.ts'
import {translateFlags} from '../config/command-line/translate-flags.ts'
import {loadPlannerConfig, loadPolicyConfig} from './load-planner-config.ts'
import type {ReplayOutcome} from './replay-outcome.ts'
import type {Terminal} from './terminal.ts'

/** `--translate-config`: the configs of a command line for the other release, as JSON; what was lost on the way on stderr, too. */
export async function translateConfig(args: Arguments, terminal: Terminal): Promise<ReplayOutcome> {
  const plannerConfig = await loadPlannerConfig(args.flags.get('--planner-config'))
  if (!plannerConfig.ok) return {kind: 'bad-input', problem: plannerConfig.error}
  const policyConfig = await loadPolicyConfig(args.flags.get('--policy-config'))
  if (!policyConfig.ok) return {kind: 'bad-input', problem: policyConfig.error}
  const {config, notes} = plannerConfig.value
  const translated = translateFlags(args, {
    trace: {kind: 'file', name: basename(args.positionals[0] ?? ''), sha256: ''},
    plannerConfig: config,
    ...(policyConfig.value === undefined ? {} : {policyConfig: policyConfig.value}),
  })
  if (!translated.ok) return {kind: 'bad-input', problem: translated.error}
  const told = {...translated.value, notes: [...notes, ...translated.value.notes]}
  for (const note of told.notes) terminal.writeError(`note: ${note}\n`)
  terminal.writeOut(`${JSON.stringify(told, null, 2)}\n`)
  return {kind: 'done'}
}
