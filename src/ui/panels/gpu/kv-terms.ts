import type {KvEstimate} from '../../../worker/gpu-protocol.ts'
import {formatCount, formatValue} from '../../kit/format.ts'

export interface KvTerm {
  readonly label: string
  readonly value: string
  /** How it enters the sum. */
  readonly sign: '' | '−' | '×' | '=' | '÷'
}

/** The estimate as a sum a person can follow, in the order it is computed. */
export function kvTerms(estimate: KvEstimate, blockSize: number): readonly KvTerm[] {
  const {gpuBytes, weightsBytes, activationsBytes, runtimeBytes, communicationBytes, kvBytes} = estimate
  const {fixedBytes, bytesPerToken} = estimate.kvFill
  const ofTotal = estimate.memoryFractionKind === 'of_total'
  const share: KvTerm = {
    label: ofTotal ? 'share the engine may use' : 'share of what is free',
    value: formatValue(estimate.memoryFraction, 'share'),
    sign: '×',
  }
  return [
    {label: `memory of one ${estimate.facts.system}`, value: gigabytes(gpuBytes), sign: ''},
    ...(ofTotal ? [share] : []),
    {label: 'weights', value: gigabytes(weightsBytes), sign: '−'},
    {label: 'activations', value: gigabytes(activationsBytes), sign: '−'},
    {label: 'overhead of the runtime', value: gigabytes(runtimeBytes), sign: '−'},
    ...(communicationBytes > 0
      ? [{label: 'communication buffers', value: gigabytes(communicationBytes), sign: '−'} as const]
      : []),
    ...(ofTotal ? [] : [share]),
    {label: 'budget of the KV cache', value: gigabytes(kvBytes), sign: '='},
    ...(fixedBytes > 0
      ? [{label: 'full windows and state of one request', value: mebibytes(fixedBytes), sign: '−'} as const]
      : []),
    {label: 'per token', value: `${formatCount(bytesPerToken)} B`, sign: '÷'},
    {label: 'tokens', value: formatCount(estimate.tokens), sign: '='},
    {label: 'tokens per block', value: formatCount(blockSize), sign: '÷'},
    {label: 'blocks', value: formatCount(estimate.numGpuBlocks), sign: '='},
  ]
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`
}
