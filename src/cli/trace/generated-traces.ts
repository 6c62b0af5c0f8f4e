import {ok, type Result} from '../../core/result.ts'
import {sha256Hex} from '../../core/sha256.ts'
import {gunzip, isGzip} from '../../trace/formats/gzip.ts'
import {parseTrace} from '../../trace/formats/parse-trace.ts'
import {generateTrace, type TraceGenerator} from '../../trace/generators/generate.ts'
import {TRACE_RECIPES, withSeed} from '../../trace/generators/trace-recipes.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'

/** The recipe of a trace of `static-traces/`, told by its bytes: the file may have been moved, renamed or unpacked. */
export function recognizeRecipe(bytes: Uint8Array, path: string): TraceGenerator | null {
  const unpacked = isGzip(bytes) ? gunzip(bytes, path) : ok(bytes)
  // What is wrong with a damaged file is said when it is read.
  if (!unpacked.ok) return null
  const isMadeBy = (recipe: TraceGenerator) => Buffer.compare(unpacked.value, textOf(recipe)) === 0
  return Object.values(TRACE_RECIPES).find(isMadeBy) ?? null
}

export interface GeneratedTrace {
  readonly parsed: ParsedTrace
  /** Of the generated text. */
  readonly sha256: string
}

/** More than the points of a sweep need at a time: they come seed by seed. */
const MAX_KEPT = 3

/** Traces made anew from one recipe, the last few kept. */
export class GeneratedTraces {
  readonly #recipe: TraceGenerator
  readonly #fileName: string
  /** By seed; least recently used first. */
  readonly #kept = new Map<number, GeneratedTrace>()

  constructor(recipe: TraceGenerator, fileName: string) {
    this.#recipe = recipe
    this.#fileName = fileName
  }

  generate(seed: number): Result<GeneratedTrace> {
    const known = this.#kept.get(seed)
    const generated = known === undefined ? this.#generate(seed) : ok(known)
    if (!generated.ok) return generated
    this.#kept.delete(seed)
    this.#kept.set(seed, generated.value)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return generated
  }

  #generate(seed: number): Result<GeneratedTrace> {
    const bytes = textOf(withSeed(this.#recipe, seed))
    const parsed = parseTrace(bytes, `${this.#fileName}, seed ${seed}`)
    if (!parsed.ok) return parsed
    return ok({parsed: parsed.value, sha256: sha256Hex(bytes)})
  }
}

export function textOf(recipe: TraceGenerator): Uint8Array {
  return new TextEncoder().encode(generateTrace(recipe))
}
