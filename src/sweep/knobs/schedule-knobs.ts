import type {FieldShape} from '../../config/field.ts'
import {parseSchedule, scheduleDocument} from '../../config/scaling/parse-schedule.ts'
import type {Schedule, ScheduleStep} from '../../config/scaling/schedule.ts'
import type {Scenario} from '../../config/scenario.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {RunKnob} from '../run-knobs.ts'

/** What the paths of a schedule's knobs begin with. */
export const SCHEDULE_KNOB_PREFIX = 'schedule.'

const ADDED: FieldShape = {type: 'integer', nullable: false, min: -1000, max: 1000, default: 0}
const LEAD: FieldShape = {type: 'number', nullable: false, min: 0, max: 604_800, default: 0}

/** A schedule as a whole, larger or smaller, earlier: a table of times has nothing else that is one number. */
export const SCHEDULE_KNOBS: readonly RunKnob[] = [
  {
    path: `${SCHEDULE_KNOB_PREFIX}replicas_added`,
    label: 'Replicas added',
    help: 'To every step of a schedule, in each pool it names; never below none.',
    unit: 'replicas',
    field: ADDED,
    apply: (scenario, value) => changed(scenario, schedule => withAdded(schedule, Number(value))),
  },
  {
    path: `${SCHEDULE_KNOB_PREFIX}lead_s`,
    label: 'Lead',
    help: 'By how much a schedule is brought forward, so that instances are ready when they are wanted.',
    unit: 's',
    field: LEAD,
    apply: (scenario, value) => changed(scenario, schedule => withLead(schedule, Number(value))),
  },
]

function changed(scenario: Scenario, change: (schedule: Schedule) => Schedule): Result<Scenario> {
  const {scaling} = scenario
  if (scaling.policy !== 'schedule')
    return fail('this run is under no schedule; give it one (--policy schedule)')
  const schedule = parseSchedule(scaling.config)
  if (!schedule.ok) return schedule
  return ok({...scenario, scaling: {...scaling, config: scheduleDocument(change(schedule.value))}})
}

function withAdded(schedule: Schedule, added: number): Schedule {
  const more = (count: number | null) => (count === null ? null : Math.max(count + added, 0))
  const steps = schedule.steps.map(step => ({
    ...step,
    prefill: more(step.prefill),
    decode: more(step.decode),
  }))
  return {...schedule, steps}
}

/** What would have come before the start is there from the start on. */
function withLead({steps, repeatEveryS}: Schedule, leadS: number): Schedule {
  if (leadS === 0) return {steps, repeatEveryS}
  if (repeatEveryS === null) {
    const earlier = steps.map(step => ({...step, atS: step.atS - leadS}))
    const begun = earlier.findLast(({atS}) => atS <= 0)
    const others = earlier.filter(({atS}) => atS > 0)
    return {steps: begun === undefined ? others : [{...begun, atS: 0}, ...others], repeatEveryS}
  }
  const lead = leadS % repeatEveryS
  const turned = steps
    .map(step => ({...step, atS: (step.atS - lead + repeatEveryS) % repeatEveryS}))
    .sort((a, b) => a.atS - b.atS)
  const last = turned.at(-1) as ScheduleStep
  return {steps: turned[0]?.atS === 0 ? turned : [{...last, atS: 0}, ...turned], repeatEveryS}
}
