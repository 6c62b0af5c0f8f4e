import type {OpLatency} from './aic-model.ts'
import type {CompiledOp, SequenceCost} from './evaluate.ts'
import type {Phase} from './ops.ts'
import type {OutsideFlag} from './outside.ts'

/** Token counts remembered per phase: decode batches and chunk sizes repeat, and a row is some 150 bytes. */
const MAX_ROWS = 16384

/**
 * The sum of one phase's operators. All but attention depend on the token count alone, so their latencies
 * are computed once per count and kept as a row; attention is added at its place in the same order,
 * which keeps the last bit of the sum.
 */
export class StepCost {
  private readonly ops: readonly CompiledOp[]
  private readonly attention: readonly (SequenceCost | null)[]
  private readonly attentionName: string
  private readonly outside: OutsideFlag
  private readonly rows = new Map<number, Row>()
  private readonly requestRows = new Map<number, Row>()
  private readonly byRequests: boolean

  constructor(ops: readonly CompiledOp[], phase: Phase, outside: OutsideFlag) {
    this.ops = ops
    this.attention = ops.map(op => (op.by === 'sequences' ? op.cost : null))
    this.attentionName = `${phase}_attention`
    this.outside = outside
    this.byRequests = phase === 'context' && ops.some(op => op.by === 'requests')
  }

  /** @param tokens rows of the GEMMs; @param requests rows of the last GEMM in prefill */
  ms(batch: number, length: number, prefix: number, tokens: number, requests: number): number {
    try {
      return this.sum(batch, length, prefix, tokens, requests)
    } catch (error) {
      // Rows come before attention; asked in list order, the operator that fails first is the reference's.
      this.breakdown(batch, length, prefix, tokens, requests)
      throw error
    }
  }

  private sum(batch: number, length: number, prefix: number, tokens: number, requests: number): number {
    const row = this.row(this.rows, tokens, 'tokens')
    const perRequest = this.byRequests ? this.row(this.requestRows, requests, 'requests') : row
    if (row.outside || perRequest.outside) this.outside.hit = true
    const {attention} = this
    const {addends} = row
    let total = 0
    for (let i = 0; i < addends.length; i++) {
      const cost = attention[i]!
      if (cost !== null) total += cost(batch, length, prefix)
      else total += addends[i]! + (this.byRequests ? perRequest.addends[i]! : 0)
    }
    return total
  }

  attentionMs(batch: number, length: number, prefix: number): number {
    let total = 0
    for (const op of this.ops) {
      if (op.by === 'sequences' && op.name === this.attentionName) total += op.cost(batch, length, prefix)
    }
    return total
  }

  msWithoutAttention(
    batch: number,
    length: number,
    prefix: number,
    tokens: number,
    requests: number,
  ): number {
    return this.breakdown(batch, length, prefix, tokens, requests)
      .filter(op => op.name !== this.attentionName)
      .reduce((total, op) => total + op.ms, 0)
  }

  breakdown(batch: number, length: number, prefix: number, tokens: number, requests: number): OpLatency[] {
    return this.ops.map(op => {
      if (op.by === 'sequences') return {name: op.name, ms: op.cost(batch, length, prefix)}
      return {name: op.name, ms: op.cost(op.by === 'requests' && this.byRequests ? requests : tokens)}
    })
  }

  private row(rows: Map<number, Row>, count: number, by: 'tokens' | 'requests'): Row {
    let row = rows.get(count)
    if (row === undefined) {
      if (rows.size >= MAX_ROWS) rows.clear()
      row = this.computeRow(count, by)
      rows.set(count, row)
    }
    return row
  }

  private computeRow(count: number, by: 'tokens' | 'requests'): Row {
    const before = this.outside.hit
    this.outside.hit = false
    const addends = new Float64Array(this.ops.length)
    for (const [i, op] of this.ops.entries()) {
      const wanted = this.byRequests ? op.by === by : op.by !== 'sequences'
      if (wanted && op.by !== 'sequences') addends[i] = op.cost(count)
    }
    const outside = this.outside.hit
    this.outside.hit = before
    return {addends, outside}
  }
}

interface Row {
  /** Latency in ms at the place of each operator; 0 where another row or attention answers. */
  readonly addends: Float64Array
  readonly outside: boolean
}
