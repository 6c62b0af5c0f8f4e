import type {ForwardPass} from './forward-pass.ts'

/** Last pass of each rank of each serving instance of one pool, in the order in which they came to be known. */
export class PassCache {
  readonly #passes = new Map<string, ForwardPass>()

  /** At every tick, whether its passes are looked at or not (planner-1.6.md 4.2). */
  update(passes: readonly ForwardPass[], activeIds: readonly number[]): void {
    for (const pass of passes) this.#passes.set(`${pass.instanceId}/${pass.dpRank}`, pass)
    const active = new Set(activeIds)
    for (const [key, {instanceId}] of this.#passes) if (!active.has(instanceId)) this.#passes.delete(key)
  }

  passes(): readonly ForwardPass[] {
    return [...this.#passes.values()]
  }
}
