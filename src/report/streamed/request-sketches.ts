import {SketchedValues} from '../../core/sketch/sketched-values.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {e2eMs, tpotMs, ttftMs, ttstMs} from '../request-measures.ts'

/** What users felt, over requests that got a token and are told one by one. */
export class RequestSketches {
  readonly ttft = new SketchedValues()
  readonly ttst = new SketchedValues()
  readonly tpot = new SketchedValues()
  readonly e2e = new SketchedValues()

  add(requests: RequestColumns, row: number): void {
    this.ttft.add(ttftMs(requests, row))
    this.e2e.add(e2eMs(requests, row))
    if (requests.emittedTokens[row]! < 2) return
    this.ttst.add(ttstMs(requests, row))
    this.tpot.add(tpotMs(requests, row))
  }
}
