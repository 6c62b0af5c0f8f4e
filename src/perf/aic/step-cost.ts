import type {OpLatency} from './op-latency.ts'
import type {CompiledOp} from './operators/evaluate.ts'
import type {SequenceCost} from './operators/hardware.ts'
import type {Phase} from './operators/ops.ts'
import {LANE_STEPS, type StepLane} from './step-lane.ts'
import {AicDataError} from './tables/errors.ts'
import type {OutsideFlag} from './tables/outside.ts'
import {RowTable} from './tables/row-table.ts'

/**
 * The sum of one phase's operators. All but attention depend on the token count alone, so their latencies
 * are computed once per count and kept as a row; attention is added at its place in the same order,
 * which keeps the last bit of the sum.
 */
export class StepCost {
  private readonly ops: readonly CompiledOp[]
  /** Attention and the like, by place in the list; null = a row answers. */
  private readonly attention: readonly (SequenceCost | null)[]
  /** Operators at the head of the list that a row answers alone: their sum is kept with the row. */
  private readonly lead: number
  private readonly attentionName: string
  private readonly hasLanes: boolean
  private readonly outside: OutsideFlag
  private readonly rows: RowTable
  /** In prefill the output head runs once per request: its latencies have rows of their own. */
  private readonly requestRows: RowTable | null

  constructor(ops: readonly CompiledOp[], phase: Phase, outside: OutsideFlag) {
    this.ops = ops
    this.attention = ops.map(op => (op.by === 'sequences' ? op.cost : null))
    const isRowAlone = (op: CompiledOp) => op.by === 'tokens' || (op.by === 'requests' && phase !== 'context')
    const firstOther = ops.findIndex(op => !isRowAlone(op))
    this.lead = firstOther < 0 ? ops.length : firstOther
    this.attentionName = `${phase}_attention`
    this.hasLanes = phase === 'generation' && ops.every(op => op.by !== 'sequences' || op.addLane !== null)
    this.outside = outside
    this.rows = new RowTable(ops.length, this.lead)
    const hasHead = phase === 'context' && ops.some(op => op.by === 'requests')
    this.requestRows = hasHead ? new RowTable(ops.length, 0) : null
  }

  /** @param tokens rows of the GEMMs; @param requests rows of the output head in prefill */
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
    const {attention, rows, requestRows} = this
    let row = rows.find(tokens)
    if (row < 0) row = this.addRow(rows, tokens)
    if (requestRows !== null) return this.sumWithHead(row, requestRows, batch, length, prefix, requests)
    if (rows.isOutside(row)) this.outside.hit = true
    const {values} = rows
    let total = rows.leadSum(row)
    for (let i = this.lead; i < attention.length; i++) {
      const cost = attention[i]!
      total += cost === null ? values[row + i]! : cost(batch, length, prefix)
    }
    return total
  }

  private sumWithHead(
    row: number,
    requestRows: RowTable,
    batch: number,
    length: number,
    prefix: number,
    requests: number,
  ): number {
    const {attention, rows} = this
    let head = requestRows.find(requests)
    if (head < 0) head = this.addRow(requestRows, requests)
    if (rows.isOutside(row) || requestRows.isOutside(head)) this.outside.hit = true
    let total = rows.leadSum(row)
    for (let i = this.lead; i < attention.length; i++) {
      const cost = attention[i]!
      if (cost !== null) total += cost(batch, length, prefix)
      else total += rows.values[row + i]! + requestRows.values[head + i]!
    }
    return total
  }

  /**
   * The sums for sequences of `firstLength` tokens, of one more, and so on: in the order of a single one, so with its bits.
   * @returns false where operators can only be asked one by one, or have no answer to some of them
   */
  fillLane(batch: number, firstLength: number, lane: StepLane): boolean {
    if (!this.hasLanes) return false
    try {
      this.sumLane(batch, firstLength, lane)
      return true
    } catch (error) {
      if (error instanceof AicDataError) return false
      throw error
    }
  }

  private sumLane(batch: number, firstLength: number, lane: StepLane): void {
    const {ops, rows} = this
    let row = rows.find(batch)
    if (row < 0) row = this.addRow(rows, batch)
    lane.ms.fill(rows.leadSum(row))
    lane.isOutside.fill(rows.isOutside(row) ? 1 : 0)
    for (let i = this.lead; i < ops.length; i++) {
      const op = ops[i]!
      if (op.by === 'sequences') op.addLane!(batch, firstLength, lane)
      else for (let step = 0; step < LANE_STEPS; step++) lane.ms[step]! += rows.values[row + i]!
    }
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
      const perRequest = op.by === 'requests' && this.requestRows !== null
      return {name: op.name, ms: op.cost(perRequest ? requests : tokens)}
    })
  }

  /** A row holds 0 where another row or attention answers: adding it changes nothing. */
  private addRow(rows: RowTable, count: number): number {
    const before = this.outside.hit
    this.outside.hit = false
    const addends = this.ops.map(op => {
      if (op.by === 'sequences') return 0
      const isHead = op.by === 'requests' && this.requestRows !== null
      return isHead === (rows === this.requestRows) ? op.cost(count) : 0
    })
    const start = rows.add(count, addends, this.outside.hit)
    this.outside.hit = before
    return start
  }
}
