/** Largest count that a 32-bit column of the trace holds. */
export const INT32_MAX = 2147483647
