import {RandomStream} from '../../../../core/random.ts'

/**
 * In which order a store goes through its buckets. The release keeps them in a map whose order is another in every
 * process, and lets the last of the fullest buckets give up a sample, so estimates can differ from one process to the next
 * (planner-1.6.md 6.3). Without a seed the order is that of the keys.
 * @param name of the store: each has an order of its own
 */
export function bucketOrder(count: number, seed: number, name: string): readonly number[] {
  const order = Array.from({length: count}, (_, key) => key)
  if (seed === 0) return order
  const random = new RandomStream(seed, `sample order ${name}`)
  for (let i = count - 1; i > 0; i--) {
    const j = random.nextInt(i + 1)
    const key = order[i]!
    order[i] = order[j]!
    order[j] = key
  }
  return order
}
