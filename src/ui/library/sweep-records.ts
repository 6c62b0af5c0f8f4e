import type {Scenario} from '../../config/scenario.ts'
import {VERSION} from '../../config/version.ts'
import {sha256OfText, stableStringify} from '../../sweep/point-key.ts'
import {isFinished} from '../../sweep/points.ts'
import type {NewSweep} from '../state/library.svelte.ts'
import type {SweepPlan} from '../sweep/plan.ts'
import {presetOf, textOfKnob} from '../sweep/spec.ts'
import type {SweepState} from '../sweep/sweep.svelte.ts'
import {nameOfRun} from './run-names.ts'

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
  const repeats = spec.repeats === 1 ? '' : `, ${spec.repeats} phases`
  return `${what}${repeats}: ${nameOfRun(base.scenario)}`
}

/** The trace counts by its bytes, not by its name. */
function questionOf({spec, base: {scenario, traceSha256, profileSha256}}: SweepPlan): string {
  const {trace: _, ...knobs} = scenario
  return sha256OfText(stableStringify({spec, traceSha256, profileSha256, knobs}))
}
