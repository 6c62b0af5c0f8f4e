import {describe, expect, test} from 'vitest'
import {operatorLabel, operatorRows, readPoint} from './breakdown.ts'
import {
  type CurveChartData,
  curveTable,
  describeCurves,
  msRange,
  outsideRanges,
  readCurves,
} from './gpu-curves.ts'
import {kvTerms} from './kv-terms.ts'
import {nameInConfig, readDropped} from './model-files.ts'

const curve = (ms: number[], outside: number[]) => ({
  x: Float64Array.of(1, 2, 4, 8),
  ms: Float64Array.from(ms),
  outside: Uint8Array.from(outside),
})
const chart: CurveChartData = {
  id: 'c',
  title: 'Decode step',
  note: 'Note.',
  noun: 'requests',
  series: [
    {key: 'a', label: 'A', name: 'A', slot: 0, dash: '', ...curve([1, 2, 3, 40], [0, 0, 0, 1])},
    {key: 'b', label: 'B', name: 'B', slot: 1, dash: '', ...curve([Number.NaN, 2, 5, 9], [0, 1, 0, 0])},
  ],
}

describe('curves', () => {
  test('the table names the basis of every value', () => {
    const {columns, rows} = curveTable(chart)
    expect(columns).toEqual(['requests', 'A, ms', 'A, basis', 'B, ms', 'B, basis'])
    expect(rows[3]).toEqual([8, 40, 'extrapolated', 9, 'measured'])
    expect(rows[0]).toEqual([1, 1, 'measured', Number.NaN, 'none'])
  })

  test('shading reaches to the measured neighbours', () => {
    expect(chart.series.map(outsideRanges)).toEqual([[[4, 8]], [[1, 4]]])
    expect(outsideRanges(curve([1, 1, 1, 1], [1, 1, 0, 1]))).toEqual([
      [1, 4],
      [4, 8],
    ])
  })

  test('read out and describe themselves', () => {
    expect(readCurves(chart, 3)).toBe('Decode step, 8 requests: A 40 ms (beyond the measured range), B 9 ms')
    expect(readCurves(chart, 0)).toContain('B not measured')
    expect(readCurves(chart, 9)).toBe('')
    expect(describeCurves(chart)).toBe(
      'A: 1 ms at 1 to 40 ms at 8 requests, 1 of 4 points extrapolated. ' +
        'B: 2 ms at 2 to 9 ms at 8 requests, 1 of 3 points extrapolated.',
    )
    expect(msRange([chart])).toEqual([1, 40])
    expect(msRange([])).toBeNull()
  })
})

describe('the operator table', () => {
  const facts = {system: 's', backend: 'b', version: 'v', notices: []}
  const pass = (operators: {name: string; ms: number}[]) => ({...facts, ms: 1, isOutside: false, operators})

  test('lines operators up by name, adds repeated ones and leaves out those without time', () => {
    const a = pass([
      {name: 'context_qkv_gemm', ms: 2},
      {name: 'context_attention', ms: 1},
      {name: 'context_attention', ms: 3},
      {name: 'context_ar_1', ms: 0},
    ])
    expect(operatorRows([a, null, pass([{name: 'context_attention', ms: 5}])])).toEqual([
      {name: 'context_qkv_gemm', ms: [2, null, null]},
      {name: 'context_attention', ms: [4, null, 5]},
    ])
    expect(operatorLabel('context_qkv_gemm')).toBe('qkv gemm')
    expect(operatorLabel('generation_gdn_ffn_norm')).toBe('delta net feed-forward norm')
    expect(operatorLabel('context_swa_attn_norm')).toBe('window attention norm')
    expect(operatorLabel('context_mamba_conv1d')).toBe('mamba convolution')
    expect(operatorLabel('embedding_ar')).toBe('embedding all-reduce')
  })

  test.each([
    [{kind: 'decode', batch: '0', length: '5', prefix: ''}, 'batch must be'],
    [{kind: 'decode', batch: '1', length: '1e3', prefix: ''}, 'context must be'],
    [{kind: 'prefill', batch: '1', length: '', prefix: '0'}, 'new tokens must be'],
    [{kind: 'prefill', batch: '1', length: '5', prefix: '-1'}, 'cached prefix must be'],
  ] as const)('refuses %o', (draft, words) => {
    expect(readPoint(draft)).toContain(words)
  })

  test('reads a point', () => {
    expect(readPoint({kind: 'decode', batch: '8', length: ' 5 ', prefix: 'x'})).toEqual({
      kind: 'decode',
      batch: 8,
      context: 5,
    })
  })
})

test('the terms of an estimate are in the order of the sum', () => {
  const estimate = {
    gpuBytes: 100 * 2 ** 30,
    weightsBytes: 20 * 2 ** 30,
    activationsBytes: 2 ** 30,
    runtimeBytes: 3 * 2 ** 30,
    communicationBytes: 0,
    kvBytes: 66 * 2 ** 30,
    kvBytesPerToken: 1000,
    kvFill: {fixedBytes: 0, bytesPerToken: 1000},
    tokens: 70_866_960,
    adjustedKvBytes: 0,
    adjustedTokens: 0,
    numGpuBlocks: 1_107_296,
    facts: {system: 'h200_sxm', backend: 'vllm', version: '1', notices: []},
    memoryFraction: 0.9,
  }
  const total = kvTerms({...estimate, memoryFractionKind: 'of_total'}, 64)
  expect(total.map(({sign, label}) => `${sign}${label}`)).toEqual([
    'memory of one h200_sxm',
    '×share the engine may use',
    '−weights',
    '−activations',
    '−overhead of the runtime',
    '=budget of the KV cache',
    '÷per token',
    '=tokens',
    '÷tokens per block',
    '=blocks',
  ])
  const free = kvTerms({...estimate, communicationBytes: 2 ** 28, memoryFractionKind: 'of_free'}, 64)
  expect(free.map(({label}) => label).slice(4, 6)).toEqual(['communication buffers', 'share of what is free'])
  const kvFill = {fixedBytes: 3 * 2 ** 20, bytesPerToken: 500}
  const stateful = kvTerms(
    {...estimate, kvBytesPerToken: 3_146_228, kvFill, memoryFractionKind: 'of_total'},
    64,
  )
  expect(stateful.slice(6, 8)).toEqual([
    {label: 'full windows and state of one request', value: '3.0 MiB', sign: '−'},
    {label: 'per token', value: '500 B', sign: '÷'},
  ])
})

describe('dropped model files', () => {
  const file = (name: string, text: string) => new File([text], name)

  test('are told apart by name', async () => {
    const files = [file('hf_quant_config.json', 'q'), file('config.json', 'c')]
    expect(await readDropped(files)).toEqual({config: 'c', quant: 'q', problem: null})
    expect(await readDropped([file('llama.json', 'c')])).toEqual({config: 'c', quant: null, problem: null})
  })

  test('are refused when they are something else', async () => {
    expect((await readDropped([file('trace.jsonl', '')])).problem).toContain(
      'trace.jsonl is not a .json file',
    )
    expect((await readDropped([file('big.json', 'x'.repeat(1_000_001))])).problem).toContain('too large')
  })

  test('may carry the name of the model', () => {
    expect(nameInConfig('{"_name_or_path": "org/m"}')).toBe('org/m')
    expect(nameInConfig('{')).toBe('')
    expect(nameInConfig('null')).toBe('')
  })
})
