/** Raised by a lookup that left the measured data; the model lowers it before each prediction. */
export interface OutsideFlag {
  hit: boolean
}
