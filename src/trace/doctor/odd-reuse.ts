import type {ParsedTrace} from '../trace-columns.ts'

/** Recorded chats and agents share up to nine tenths of their blocks; more than this, over many requests, is how ids were given. */
const PLAUSIBLE_REUSE = 0.97
const LEAST_REQUESTS = 50

/** Says so where nearly every block of every prompt stands in an earlier one; null where reuse is as recordings have it. */
export function tellOddReuse({prompts, requestCount, hashStart, hashIds}: ParsedTrace): string | null {
  if (prompts !== 'hashes' || requestCount < LEAST_REQUESTS || hashIds.length === 0) return null
  const seen = seenShare(hashIds)
  if (seen === null) return null
  const first = hashIds[0]
  let alike = 0
  for (let request = 0; request < requestCount; request++) {
    if (hashStart[request + 1]! > hashStart[request]! && hashIds[hashStart[request]!] === first) alike++
  }
  const share = `${(100 * seen).toFixed(1)} % of all hash_ids stand in an earlier prompt, too`
  return alike === requestCount
    ? `${share}, and every prompt begins with the same one: are ids numbered anew in each request? Then the prefix cache helps as no real one did.`
    : `${share}: the prefix cache then helps as few real ones did.`
}

/** Share of ids that stood there before; null below what is told of, found from the first few of most recordings. */
function seenShare(hashIds: ParsedTrace['hashIds']): number | null {
  const shareOf = (distinct: number) => 1 - distinct / hashIds.length
  const distinct = new Set<number>()
  for (const id of hashIds) {
    distinct.add(id)
    if (shareOf(distinct.size) < PLAUSIBLE_REUSE) return null
  }
  return shareOf(distinct.size)
}
