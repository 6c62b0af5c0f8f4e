/** Programmer errors stop the run at once, in production too: a wrong number is worse than none. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

/** Closes a discriminated union: reaching it is a compile error, and a thrown one if types were bypassed. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${String(value)}`)
}
