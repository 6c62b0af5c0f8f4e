import {formerScenario} from '../../../config/former-scenario.ts'
import {VERSION} from '../../../config/link/version.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {sha256OfText} from '../../../core/sha256.ts'
import {stableJson} from '../../../core/stable-json.ts'
import {isFinished} from '../../../sweep/points.ts'
import {REPEAT_WORDS} from '../../../sweep/repeats.ts'
import {nameOfRun} from '../scenario/run-names.ts'
import type {SweepPlan} from '../sweep/plan.ts'
import {presetOf, textOfKnob} from '../sweep/spec.ts'
import type {SweepState} from '../sweep/sweep.svelte.ts'
import type {NewSweep} from './library.svelte.ts'

/** The sweep on screen as it is kept; null while it has nothing to keep. */
export function sweepRecord(
  {plan, orderedRows}: SweepState,
  titleOf: (scenario: Scenario) => string,
): NewSweep | null {
  const finishedCount = orderedRows.filter(isFinished).length
  if (plan === null || finishedCount === 0) return null
  const {scenario, traceSha256, profileSha256} = plan.base
  return {
    name: nameOfSweep(plan),
    scenario,
    spec: plan.spec,
    traceTitle: titleOf(scenario),
    traceSha256,
    profileSha256,
    pointCount: plan.points.length,
    finishedCount,
    release: VERSION,
    question: questionOf(plan),
  }
}

function nameOfSweep({spec, base}: SweepPlan): string {
  const knobs = spec.second === null ? [spec.first] : [spec.first, spec.second]
  const what = presetOf(spec)?.title ?? knobs.map(textOfKnob).join(' × ')
  const {of, count} = spec.repeats
  const repeats = count === 1 ? '' : `, ${count} ${REPEAT_WORDS[of]}`
  return `${what}${repeats}: ${nameOfRun(base.scenario)}`
}

/** The trace counts by its bytes, not by its name. */
export function questionOf({spec, base: {scenario, traceSha256, profileSha256}}: SweepPlan): string {
  const {trace: _, ...knobs} = scenario
  // Phases are told by their number, as before there were seeds: a sweep kept then is the same.
  const {of, count} = spec.repeats
  const repeats = of === 'phase' ? count : `${count} ${of}`
  return sha256OfText(
    stableJson({spec: {...spec, repeats}, traceSha256, profileSha256, knobs: formerScenario(knobs)}),
  )
}
