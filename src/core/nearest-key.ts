/** A name shorter than this is part of too many others. */
const WHOLE_NAME = 8

/**
 * Typing mistakes are mostly one or two edits away; beyond a third of the word it is another word, unless one name is the
 * other and more (`num_gpu_blocks_override`).
 */
function nearestKey(unknown: string, known: Iterable<string>): string | null {
  const names = [...known]
  const near = nearestWithin(unknown.slice(0, 60), names, Math.floor(Math.min(unknown.length, 40) / 3) + 1)
  return near ?? names.find(name => name.length >= WHOLE_NAME && unknown.startsWith(`${name}_`)) ?? null
}

/** ` (did you mean X?)` or nothing. */
export function suggestion(unknown: string, known: Iterable<string>): string {
  const nearest = nearestKey(unknown, known)
  return nearest === null ? '' : ` (did you mean ${nearest}?)`
}

/** The choice nearest to what was given, however far: for short lists, of which one must be meant. */
export function closest(given: string, choices: readonly string[]): string {
  return nearestWithin(given, choices, Number.POSITIVE_INFINITY) ?? ''
}

/** The first of the least edits, fewer than `limit`; letter case aside. */
function nearestWithin(given: string, known: Iterable<string>, limit: number): string | null {
  let best: string | null = null
  let bestDistance = limit
  for (const candidate of known) {
    const distance = editDistance(given.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions and substitutions between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
