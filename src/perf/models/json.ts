export type JsonRecord = Readonly<Record<string, unknown>>

/** The value as an object with named fields, or null for anything else. */
export function asRecord(value: unknown): JsonRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null
}
