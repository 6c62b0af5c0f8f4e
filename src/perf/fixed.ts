import type {PerfModel} from './perf-model.ts'

/** Every pass takes the same time, whatever is in it (1.6.1's timing `fixed`). */
export function createFixedModel(prefillMs: number, decodeMs: number): PerfModel {
  return {
    timing: 'fixed',
    prefillMs: () => prefillMs,
    decodeMs: () => decodeMs,
    outsideShare: () => null,
  }
}
