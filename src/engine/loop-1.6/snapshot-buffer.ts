import type {ForwardPasses} from '../observation.ts'
import type {Instance16} from './instance.ts'

const INITIAL = 16

/** The last passes of a pool's serving instances, one row each, as a tick takes them. */
export class SnapshotBuffer implements ForwardPasses {
  count = 0
  instanceId = new Int32Array(INITIAL)
  wallTimeS = new Float64Array(INITIAL)
  numPrefillRequests = new Int32Array(INITIAL)
  sumPrefillTokens = new Float64Array(INITIAL)
  sumPrefillKvTokens = new Float64Array(INITIAL)
  numDecodeRequests = new Int32Array(INITIAL)
  sumDecodeKvTokens = new Float64Array(INITIAL)
  numQueuedPrefill = new Int32Array(INITIAL)
  sumQueuedPrefillTokens = new Float64Array(INITIAL)
  numQueuedDecode = new Int32Array(INITIAL)
  sumQueuedDecodeKvTokens = new Float64Array(INITIAL)

  inExecutionOrder(): ForwardPasses {
    return this
  }

  /** Takes what there is, by ascending number of the instance; of those that do not serve it is dropped. */
  fill(instances: readonly Instance16[], nowMs: number): void {
    this.count = 0
    this.#reserve(instances.length)
    for (const {id, state, latest} of instances) {
      if (latest === null) continue
      if (state === 'active') latest.publishIdle(nowMs)
      if (state === 'active' && latest.hasPass) {
        const at = this.count++
        this.instanceId[at] = id
        this.wallTimeS[at] = latest.wallTimeS
        this.numPrefillRequests[at] = latest.numPrefillRequests
        this.sumPrefillTokens[at] = latest.sumPrefillTokens
        this.sumPrefillKvTokens[at] = latest.sumPrefillKvTokens
        this.numDecodeRequests[at] = latest.numDecodeRequests
        this.sumDecodeKvTokens[at] = latest.sumDecodeKvTokens
        this.numQueuedPrefill[at] = latest.numQueuedPrefill
        this.sumQueuedPrefillTokens[at] = latest.sumQueuedPrefillTokens
        this.numQueuedDecode[at] = latest.numQueuedDecode
        this.sumQueuedDecodeKvTokens[at] = latest.sumQueuedDecodeKvTokens
      }
      latest.hasPass = false
    }
  }

  #reserve(count: number): void {
    if (count <= this.instanceId.length) return
    const size = count * 2
    this.instanceId = new Int32Array(size)
    this.wallTimeS = new Float64Array(size)
    this.numPrefillRequests = new Int32Array(size)
    this.sumPrefillTokens = new Float64Array(size)
    this.sumPrefillKvTokens = new Float64Array(size)
    this.numDecodeRequests = new Int32Array(size)
    this.sumDecodeKvTokens = new Float64Array(size)
    this.numQueuedPrefill = new Int32Array(size)
    this.sumQueuedPrefillTokens = new Float64Array(size)
    this.numQueuedDecode = new Int32Array(size)
    this.sumQueuedDecodeKvTokens = new Float64Array(size)
  }
}
