/** What a caught value says: anything can be thrown, mostly an `Error`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
