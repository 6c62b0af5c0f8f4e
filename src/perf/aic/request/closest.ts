/** The choice with the smallest edit distance to what was given, letter case aside; ties keep the order of the choices. */
export function closest(given: string, choices: readonly string[]): string {
  let best = choices[0] ?? ''
  let bestDistance = Number.POSITIVE_INFINITY
  for (const choice of choices) {
    const distance = editDistance(given.toLowerCase(), choice.toLowerCase())
    if (distance < bestDistance) {
      best = choice
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
