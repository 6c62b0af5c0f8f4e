import {grown} from '../../core/grown.ts'
import type {ForwardPasses} from '../observation.ts'
import {PassColumns} from '../record/pass-columns.ts'
import type {Instance16} from './instance.ts'

const INITIAL = 16

/** The last passes of a pool's serving instances, one row each, as a tick takes them. */
export class SnapshotBuffer extends PassColumns implements ForwardPasses {
  sumPrefillKvTokens = new Float64Array(INITIAL)

  constructor() {
    super(INITIAL)
  }

  inExecutionOrder(): ForwardPasses {
    return this
  }

  /** Takes what there is, by ascending number of the instance; of those that do not serve it is dropped. */
  fill(instances: readonly Instance16[], nowMs: number): void {
    this.count = 0
    this.reserve(instances.length)
    for (const {id, state, latest} of instances) {
      if (latest === null) continue
      if (state === 'active') latest.publishIdle(nowMs)
      if (state === 'active' && latest.hasPass) {
        const at = this.count++
        this.instanceId[at] = id
        this.wallTimeS[at] = latest.wallTimeS
        this.sumPrefillKvTokens[at] = latest.sumPrefillKvTokens
        this.setFigures(at, latest)
      }
      latest.hasPass = false
    }
  }

  protected override grow(size: number): void {
    super.grow(size)
    this.sumPrefillKvTokens = grown(this.sumPrefillKvTokens, size)
  }
}
