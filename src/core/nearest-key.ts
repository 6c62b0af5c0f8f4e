/** Typing mistakes are mostly one or two edits away; beyond a third of the word it is another word. */
export function nearestKey(unknown: string, known: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Math.floor(Math.min(unknown.length, 40) / 3) + 1
  for (const candidate of known) {
    const distance = editDistance(unknown.slice(0, 60).toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` (did you mean X?)` or nothing. */
export function suggestion(unknown: string, known: Iterable<string>): string {
  const nearest = nearestKey(unknown, known)
  return nearest === null ? '' : ` (did you mean ${nearest}?)`
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
