import type {FieldShape, NumberField} from '../../../config/field.ts'

/** Values worth a first sweep of a knob, as they are typed; '' where only its user can know. */
export function suggestValues(field: FieldShape): string {
  switch (field.type) {
    case 'boolean':
      return 'true,false'
    case 'choice':
      return field.choices.join(',')
    case 'text':
      return ''
    case 'integer':
    case 'number':
      return suggestNumbers(field).join(',')
  }
}

/** Around the default and within the limits. */
function suggestNumbers({type, min, max, default: usual}: NumberField): readonly number[] {
  const within = (values: readonly number[]) =>
    [...new Set(values)].filter(value => value >= min && value <= max)
  if (max <= 1 && type === 'number') return within([0.2, 0.4, 0.6, 0.8])
  const base = usual ?? (type === 'integer' ? 4 : 10)
  if (base === 0) return within([0, 1, 2, 5, 10])
  if (type === 'integer' && base <= 8) return within([1, 2, 4, 8])
  const round = (value: number) => (type === 'integer' ? Math.round(value) : value)
  return within([base / 2, base, base * 2].map(round))
}
