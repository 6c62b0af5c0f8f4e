/** No tick of a fixed fleet is ever recorded; the type closes the union. */
export interface FixedDetail {
  readonly policy: 'fixed'
}
