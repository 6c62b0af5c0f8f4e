import type {EngineArgs} from '../scenario.ts'

/** An engine whose GPU tables public measurements contradict (docs/reference/measured.md). */
interface FarTable {
  readonly model: RegExp
  readonly system: RegExp
  readonly backend: RegExp
  /** A sentence's end. */
  readonly what: string
}

const FAR_TABLES: readonly FarTable[] = [
  {
    model: /gpt-oss/i,
    system: /^b200/i,
    backend: /^(trtllm|tensorrt.llm)$/i,
    what: 'its tables lack native MXFP4, and the median of public measurements has less than half of the ITL simulated',
  },
]

type NamedEngine = Pick<EngineArgs, 'aic_model_path' | 'aic_system' | 'aic_backend'>

/** How far the tables of an engine are off, where that is known; null = it is not. */
export function farTableOf({aic_model_path, aic_system, aic_backend}: NamedEngine): string | null {
  const found = FAR_TABLES.find(
    ({model, system, backend}) =>
      model.test(aic_model_path ?? '') && system.test(aic_system ?? '') && backend.test(aic_backend ?? ''),
  )
  return found?.what ?? null
}
