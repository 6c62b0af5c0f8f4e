/**
 * Seconds and milliseconds meet at a policy's door: the engine counts milliseconds, policies seconds. The brand keeps
 * seconds out of the engine's clock; inside a module the unit is the suffix of the name.
 */
declare const unit: unique symbol
type Quantity<U extends string> = number & {readonly [unit]: U}
export type Ms = Quantity<'ms'>

export function ms(value: number): Ms {
  return value as Ms
}
