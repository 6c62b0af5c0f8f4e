import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Release} from '../../src/config/release.ts'
import {createAicPerfModel} from '../../src/perf/aic/aic-perf-model.ts'
import {loadAicModel} from '../../src/perf/aic/load-aic-model.ts'
import {CATALOGUE_MODELS, findModel} from '../../src/perf/models/catalogue.ts'
import type {PerfModel} from '../../src/perf/perf-model.ts'

const ENGINES = [
  ['nvidia/Llama-3.1-8B-Instruct-FP8', 'h200_sxm', 'vllm', 1],
  ['nvidia/Llama-3.1-70B-Instruct-FP8', 'h100_sxm', 'trtllm', 4],
  ['Qwen/Qwen3-30B-A3B', 'b200_sxm', 'sglang', 1],
  ['openai/gpt-oss-120b', 'h200_sxm', 'vllm', 1],
  ['deepseek-ai/DeepSeek-V3', 'h200_sxm', 'vllm', 8],
] as const
/** About the passes of a busy hour. */
const DECODES = 500_000
const PREFILLS = 50_000
const KV_TOKENS = 262_144

/** CPU time of this process, so that other work on the machine counts less. */
export async function main(directory: string, release: Release): Promise<void> {
  console.log('engine                                        load ms  decode µs  prefill µs  outside')
  for (const [id, system, backend, tp] of ENGINES) {
    const startMs = cpuMs()
    const model = findModel(CATALOGUE_MODELS, id)!
    const experts = model.experts === null ? {moeTp: null, moeEp: null} : {moeTp: 1, moeEp: tp}
    const request = {release, system, backend, version: null, model, tp, ...experts, attentionDp: null}
    const loaded = await loadAicModel(
      request,
      async name => new Uint8Array(readFileSync(join(directory, name))),
    )
    if (!loaded.ok) throw new Error(loaded.error.message)
    const perf = createAicPerfModel(loaded.value)
    const loadMs = cpuMs() - startMs
    const decodeUs = timeUs(DECODES, next => decode(perf, next))
    const prefillUs = timeUs(PREFILLS, next => prefill(perf, next))
    const figures = [
      loadMs.toFixed(0),
      decodeUs.toFixed(3),
      prefillUs.toFixed(3),
      perf.outsideShare()!.toFixed(3),
    ]
    const widths = [8, 11, 12, 9]
    console.log(
      `${id} ${system} ${backend}`.padEnd(45) + figures.map((text, i) => text.padStart(widths[i]!)).join(''),
    )
  }
}

function decode(perf: PerfModel, next: () => number): number {
  const batch = 1 + Math.floor(next() * next() * 120)
  const longest = Math.min(KV_TOKENS / batch, 40_000)
  return perf.decodeMs(batch, 0, Math.floor(longest * (0.05 + 0.95 * next())), KV_TOKENS)
}

/** Mostly chunks of a long prompt, some short prompts, prefixes in whole blocks. */
function prefill(perf: PerfModel, next: () => number): number {
  const tokens = next() < 0.3 ? 8192 : 1 + Math.floor(next() * 8000)
  const prefix = next() < 0.3 ? 0 : 512 * Math.floor(next() * (next() < 0.8 ? 32 : 200))
  return perf.prefillMs(next() < 0.8 ? 1 : 2, tokens, prefix)
}

/** Mean per call less the cost of drawing the arguments. */
function timeUs(calls: number, call: (next: () => number) => number): number {
  let sink = 0
  const run = (each: (next: () => number) => number) => {
    const next = lehmer()
    const startMs = cpuMs()
    for (let i = 0; i < calls; i++) sink += each(next)
    return cpuMs() - startMs
  }
  const measured = run(call)
  const drawing = run(next => next() + next() + next() + next())
  if (Number.isNaN(sink)) throw new Error('a prediction is not a number')
  return ((measured - drawing) * 1000) / calls
}

function lehmer(): () => number {
  let state = 1
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

function cpuMs(): number {
  const {user, system} = process.cpuUsage()
  return (user + system) / 1000
}
