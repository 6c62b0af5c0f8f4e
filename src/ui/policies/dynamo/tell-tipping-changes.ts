import type {TickTipping, TippingChange} from '../../../policies/dynamo/tipping/tipping.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {isLimit, tellTipping} from './tell-tipping.ts'

export interface ToldChange {
  readonly change: TippingChange
  readonly text: string
  readonly isLimit: boolean
}

/** Changes of both kinds in words, the smallest first. */
export function tellTippingChanges({fleet, bounds}: TickTipping, tick: DynamoTick): ToldChange[] {
  const tell = (change: TippingChange, what: 'fleet' | 'bounds') => ({
    change,
    text: tellTipping(change, what, tick),
    isLimit: isLimit(change),
  })
  return [
    ...fleet.map(change => tell(change, 'fleet')),
    ...bounds.map(change => tell(change, 'bounds')),
  ].sort((a, b) => a.change.relativeChange - b.change.relativeChange)
}
