import type {Workload} from './workload.ts'

/** The requests that are marked 1, in the same order. A session loses turns from its end only. */
export function keepRequests(workload: Workload, kept: Uint8Array): Workload {
  const requests = Int32Array.from(kept.keys()).filter(request => kept[request] === 1)
  const newRequest = new Int32Array(workload.requestCount).fill(-1)
  requests.forEach((old, index) => {
    newRequest[old] = index
  })
  const newSession = new Map<number, number>()
  for (const old of requests) {
    const session = workload.session[old]!
    if (!newSession.has(session)) newSession.set(session, newSession.size)
  }
  return {
    ...workload,
    requestCount: requests.length,
    sessionCount: newSession.size,
    inputLength: requests.map(old => workload.inputLength[old]!),
    outputLength: requests.map(old => workload.outputLength[old]!),
    arrivalMs: Float64Array.from(requests, old => workload.arrivalMs[old]!),
    delayMs: Float64Array.from(requests, old => workload.delayMs[old]!),
    session: requests.map(old => newSession.get(workload.session[old]!)!),
    turn: requests.map(old => workload.turn[old]!),
    nextTurn: requests.map(old => (workload.nextTurn[old]! < 0 ? -1 : newRequest[workload.nextTurn[old]!]!)),
    releaseOrder: workload.releaseOrder.filter(old => kept[old] === 1).map(old => newRequest[old]!),
    ...gatherHashes(workload, requests),
  }
}

/** The hash ids of some requests, in their order. */
export function gatherHashes(
  {hashStart, hashIds}: Pick<Workload, 'hashStart' | 'hashIds'>,
  requests: Int32Array,
) {
  const newStart = new Uint32Array(requests.length + 1)
  requests.forEach((old, index) => {
    newStart[index + 1] = newStart[index]! + hashStart[old + 1]! - hashStart[old]!
  })
  const newIds = new Uint32Array(newStart[requests.length]!)
  requests.forEach((old, index) => {
    newIds.set(hashIds.subarray(hashStart[old], hashStart[old + 1]), newStart[index])
  })
  return {hashStart: newStart, hashIds: newIds}
}
