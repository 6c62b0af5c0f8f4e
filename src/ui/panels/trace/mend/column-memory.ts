import {readStored, writeStored} from '../../../kit/persisted.svelte.ts'

const KEY = 'planner-replay-columns'
const MOST_HEADERS = 20
const acrossVisits = () => localStorage

/** What was said of files with the same header, as `trace_columns` has it; '' = nothing yet. */
export function rememberedColumns(header: readonly string[]): string {
  return memory().get(header.join('\t')) ?? ''
}

export function rememberColumns(header: readonly string[], columns: string): void {
  const known = memory()
  known.delete(header.join('\t'))
  const latest = [...known, [header.join('\t'), columns] as const].slice(-MOST_HEADERS)
  writeStored(acrossVisits, KEY, JSON.stringify(latest))
}

function memory(): Map<string, string> {
  try {
    const stored: unknown = JSON.parse(readStored(acrossVisits, KEY) ?? '[]')
    const pairs = Array.isArray(stored) ? stored.filter(isPair) : []
    return new Map(pairs)
  } catch {
    return new Map()
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string'
}
