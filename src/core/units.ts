/**
 * Seconds and milliseconds meet at the planner's door: the engine counts milliseconds, the planner seconds.
 * These brands keep the two apart there; inside a module the unit is the suffix of the name.
 */
declare const unit: unique symbol
export type Quantity<U extends string> = number & {readonly [unit]: U}
export type Ms = Quantity<'ms'>
export type Seconds = Quantity<'s'>

export function ms(value: number): Ms {
  return value as Ms
}

export function seconds(value: number): Seconds {
  return value as Seconds
}

export function msFromSeconds(value: Seconds): Ms {
  return ms(value * 1000)
}

export function secondsFromMs(value: Ms): Seconds {
  return seconds(value / 1000)
}
