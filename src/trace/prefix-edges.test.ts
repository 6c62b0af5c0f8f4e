import fc from 'fast-check'
import {expect, test} from 'vitest'
import {PrefixEdges} from './prefix-edges.ts'

/** A prompt of hash ids, or which of the nodes that nothing depends on are forgotten. */
const step = fc.oneof(
  {weight: 8, arbitrary: fc.array(fc.nat(4), {minLength: 1, maxLength: 8})},
  {weight: 1, arbitrary: fc.nat(1000).map(seed => ({seed}))},
)

test('a node stands for the hash ids on the way to it, before and after others are forgotten', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 120, size: 'max'}), steps => {
      const edges = new PrefixEdges()
      let nodeOf = new Map<string, number>()
      for (const each of steps) {
        if (Array.isArray(each)) {
          let node = -1
          each.forEach((hashId, i) => {
            const prefix = each.slice(0, i + 1).join()
            const {count} = edges
            const child = edges.child(node, hashId)
            expect(child).toBe(nodeOf.get(prefix) ?? count)
            expect(edges.parent[child]).toBe(node)
            nodeOf.set(prefix, child)
            node = child
          })
          continue
        }
        const isKept = new Uint8Array(edges.count)
        for (let node = edges.count - 1; node >= 0; node--) {
          if ((node * 7919 + each.seed) % 3 === 0) isKept[node] = 1
          if (isKept[node] === 1 && edges.parent[node]! >= 0) isKept[edges.parent[node]!] = 1
        }
        const renamed = edges.keepOnly(isKept)
        const kept = [...nodeOf].filter(([, node]) => isKept[node] === 1)
        nodeOf = new Map(kept.map(([prefix, node]) => [prefix, renamed[node]!]))
        expect(edges.count).toBe(nodeOf.size)
      }
    }),
  )
})
