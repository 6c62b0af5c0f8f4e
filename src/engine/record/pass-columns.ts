import {grown} from '../../core/grown.ts'
import type {PassFigures} from './pass-figures.ts'

/** Rows of forward passes, one array per figure; `count` of them are in use. */
export class PassColumns {
  count = 0
  instanceId: Int32Array
  /** Seconds. */
  wallTimeS: Float64Array
  numPrefillRequests: Int32Array
  sumPrefillTokens: Float64Array
  numDecodeRequests: Int32Array
  sumDecodeKvTokens: Float64Array
  numQueuedPrefill: Int32Array
  sumQueuedPrefillTokens: Float64Array
  numQueuedDecode: Int32Array
  sumQueuedDecodeKvTokens: Float64Array

  /** @param size rows there is room for at first */
  constructor(size: number) {
    this.instanceId = new Int32Array(size)
    this.wallTimeS = new Float64Array(size)
    this.numPrefillRequests = new Int32Array(size)
    this.sumPrefillTokens = new Float64Array(size)
    this.numDecodeRequests = new Int32Array(size)
    this.sumDecodeKvTokens = new Float64Array(size)
    this.numQueuedPrefill = new Int32Array(size)
    this.sumQueuedPrefillTokens = new Float64Array(size)
    this.numQueuedDecode = new Int32Array(size)
    this.sumQueuedDecodeKvTokens = new Float64Array(size)
  }

  /** Makes room for `count` rows; those written stay. */
  reserve(count: number): void {
    if (count > this.instanceId.length) this.grow(Math.max(count, this.instanceId.length * 2))
  }

  setFigures(at: number, figures: PassFigures): void {
    this.numPrefillRequests[at] = figures.numPrefillRequests
    this.sumPrefillTokens[at] = figures.sumPrefillTokens
    this.numDecodeRequests[at] = figures.numDecodeRequests
    this.sumDecodeKvTokens[at] = figures.sumDecodeKvTokens
    this.numQueuedPrefill[at] = figures.numQueuedPrefill
    this.sumQueuedPrefillTokens[at] = figures.sumQueuedPrefillTokens
    this.numQueuedDecode[at] = figures.numQueuedDecode
    this.sumQueuedDecodeKvTokens[at] = figures.sumQueuedDecodeKvTokens
  }

  protected grow(size: number): void {
    this.instanceId = grown(this.instanceId, size)
    this.wallTimeS = grown(this.wallTimeS, size)
    this.numPrefillRequests = grown(this.numPrefillRequests, size)
    this.sumPrefillTokens = grown(this.sumPrefillTokens, size)
    this.numDecodeRequests = grown(this.numDecodeRequests, size)
    this.sumDecodeKvTokens = grown(this.sumDecodeKvTokens, size)
    this.numQueuedPrefill = grown(this.numQueuedPrefill, size)
    this.sumQueuedPrefillTokens = grown(this.sumQueuedPrefillTokens, size)
    this.numQueuedDecode = grown(this.numQueuedDecode, size)
    this.sumQueuedDecodeKvTokens = grown(this.sumQueuedDecodeKvTokens, size)
  }
}
