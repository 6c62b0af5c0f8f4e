import type {FieldShape} from '../../config/field.ts'
import type {Scenario} from '../../config/scenario.ts'
import {medianOf, medianStartS} from '../../config/startup/median-start.ts'
import {constantSpec, type StartupSpec} from '../../config/startup/startup-spec.ts'
import {type Distribution, medianOfDistribution} from '../../core/distribution-kinds.ts'
import {ok} from '../../core/result.ts'
import type {RunKnob} from '../run-knobs.ts'

const SECONDS: FieldShape = {type: 'number', nullable: false, min: 0, max: 86_400, default: 0}
const RATIO: FieldShape = {type: 'number', nullable: false, min: 1, max: 100, default: 1}

/** How long starts take and how far that varies, whatever else is said of them. */
export const STARTUP_KNOBS: readonly RunKnob[] = [
  {
    path: 'startup.median_s',
    label: 'Median start-up',
    help: 'Median time of a start, all stages together: each is stretched alike, and the spread with it.',
    unit: 's',
    field: SECONDS,
    apply: (scenario, value) => ok({...scenario, startup: withMedian(startupOf(scenario), Number(value))}),
  },
  {
    path: 'startup.spread',
    label: 'Start-up spread',
    help: 'p95 of a start as a multiple of its median, lognormal, of every stage; 1 = all take the median.',
    unit: '×',
    field: RATIO,
    apply: (scenario, value) => ok({...scenario, startup: withSpread(startupOf(scenario), Number(value))}),
  },
]

/** The engine args' one time, where nothing else is said. */
function startupOf(scenario: Scenario): StartupSpec {
  return scenario.startup ?? constantSpec(medianStartS(scenario))
}

/** Starts that took no time all take this one. */
function withMedian(spec: StartupSpec, medianS: number): StartupSpec {
  const median = medianOf(spec)
  if (median === 0 || medianS === 0) return {...spec, stages: constantSpec(medianS).stages}
  const factor = medianS / median
  return {
    ...spec,
    stages: spec.stages.map(stage => ({...stage, durationS: stretched(stage.durationS, factor)})),
  }
}

function stretched(distribution: Distribution, factor: number): Distribution {
  switch (distribution.kind) {
    case 'constant':
      return {...distribution, value: distribution.value * factor}
    case 'lognormal':
      return {...distribution, median: distribution.median * factor, p95: distribution.p95 * factor}
    case 'quantiles':
      return {...distribution, points: distribution.points.map(([share, value]) => [share, value * factor])}
  }
}

function withSpread(spec: StartupSpec, ratio: number): StartupSpec {
  return {
    ...spec,
    stages: spec.stages.map(stage => ({...stage, durationS: spreadOut(stage.durationS, ratio)})),
  }
}

function spreadOut(distribution: Distribution, ratio: number): Distribution {
  const median = medianOfDistribution(distribution)
  if (ratio === 1 || median === 0) return {kind: 'constant', value: median}
  return {kind: 'lognormal', median, p95: median * ratio}
}
