export const LANE_SHIFT = 3
/** Steps worked out together. Of 8 beside each other an hour asks for nearly all, of 16 in a planner's small fleet for six of ten. */
export const LANE_STEPS = 1 << LANE_SHIFT

/** Steps of one batch whose sequences are longer by one token each time. */
export class StepLane {
  readonly ms = new Float64Array(LANE_STEPS)
  /** 1 = it left the measured data. */
  readonly isOutside = new Uint8Array(LANE_STEPS)
}
