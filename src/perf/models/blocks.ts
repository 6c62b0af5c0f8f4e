import type {FieldReader} from './field-reader.ts'
import type {BlockGroup} from './model-config.ts'

/** The blocks of a model that a search made of another, alike ones in a row together (perf-model-012.md 17). */
export function readBlocks(reader: FieldReader, heads: number, hiddenSize: number): readonly BlockGroup[] {
  const groups: BlockGroup[] = []
  const blocks = reader.list('block_configs')
  reader.check(blocks.length > 0, 'block_configs', 'is missing: it says what each layer is made of')
  for (let i = 0; i < blocks.length; i++) {
    const block = reader.item('block_configs', i)
    const attention = block.nested('attention')
    const feedForward = block.nested('ffn')
    const hasAttention = attention !== null && !attention.isTrue('no_op')
    const hasFeedForward = feedForward === null || !feedForward.isTrue('no_op')
    const group: Omit<BlockGroup, 'layers'> = {
      kvHeads: hasAttention ? Math.floor(heads / attention.positive('n_heads_in_group')) : null,
      intermediateSize: hasFeedForward
        ? widthOf(feedForward?.number('ffn_mult') ?? USUAL_MULTIPLE, hiddenSize)
        : null,
    }
    reader.take(block, attention, feedForward)
    const last = groups[groups.length - 1]
    const isAlike = last?.kvHeads === group.kvHeads && last.intermediateSize === group.intermediateSize
    if (isAlike) groups[groups.length - 1] = {...last, layers: last.layers + 1}
    else groups.push({layers: 1, ...group})
  }
  return groups
}

const USUAL_MULTIPLE = 3.5

/** Two thirds of a multiple of the hidden size, filled up to whole tiles of 256. */
function widthOf(multiple: number, hiddenSize: number): number {
  return Math.ceil(Math.trunc((2 * multiple * hiddenSize) / 3) / 256) * 256
}
