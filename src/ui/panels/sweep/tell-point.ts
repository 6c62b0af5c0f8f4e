import {formatFieldValue} from '../../../config/field-text.ts'
import type {SweepPlan} from '../../model/sweep/plan.ts'

/** A point of the plan in words: `point 7 of 31: Start-up time 180 s`; of a repeat, which one. */
export function tellPoint({axes, points, spec}: SweepPlan, id: string): string {
  const point = points.find(({facts}) => facts.id === id)
  if (point === undefined) return ''
  const {facts} = point
  const own = points.filter(each => each.facts.repeat === 0)
  const place = own.findIndex(each =>
    axes.every(({key}) => each.facts.axes[key.name] === facts.axes[key.name]),
  )
  const knobs = axes.map(({key}) => {
    const value = formatFieldValue(key.field, facts.axes[key.name] ?? null)
    return `${key.label} ${value}${key.unit === null ? '' : ` ${key.unit}`}`
  })
  const repeat = spec.repeats.count > 1 ? [`repeat ${facts.repeat + 1} of ${spec.repeats.count}`] : []
  return `point ${place + 1} of ${own.length}: ${[...knobs, ...repeat].join(', ')}`
}
