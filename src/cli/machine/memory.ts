import {totalmem} from 'node:os'
import type {MemoryLimit} from '../../run/memory-forecast.ts'

/** What the runs of this process may take together. */
export function machineMemory(): MemoryLimit {
  return {bytes: machineBytes(), of: 'this machine'}
}

/** A container may allow less than the machine has; where there is none, the figure is 0 or beyond all memory. */
function machineBytes(): number {
  const allowed = process.constrainedMemory?.() ?? 0
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()
}
