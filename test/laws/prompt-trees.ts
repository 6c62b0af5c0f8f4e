import fc from 'fast-check'

const NODES = 60

/** Possible prompts: node i is one block after its parent, -1 = the first of its prompt. */
export const trees = fc.tuple(
  ...Array.from({length: NODES}, (_, node) => fc.integer({min: -1, max: node - 1})),
)

/** Any of them. */
export const node = fc.nat(NODES - 1)

/** The identities of each prompt's blocks, `stride` apart. */
export function pathsOf(tree: readonly number[], stride: number): number[][] {
  const pathTo = (at: number): number[] => (at < 0 ? [] : [...pathTo(tree[at]!), at * stride])
  return tree.map((_, at) => pathTo(at))
}
