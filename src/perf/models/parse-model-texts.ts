import {parsePythonJson} from '../../core/python/python-json.ts'
import {ok, type Result} from '../../core/result.ts'
import type {ModelConfig} from './model-config.ts'
import {parseModelConfig} from './parse-model-config.ts'

/** The texts of a checkpoint's own description. */
export interface ModelTexts {
  readonly id: string
  readonly config: string
  /** `hf_quant_config.json`; null = the checkpoint has none. */
  readonly quant: string | null
}

/** A model from the text of its files, with the name it is to go by. */
export function parseModelTexts({id, config, quant}: ModelTexts): Result<ModelConfig> {
  const parsedConfig = parsePythonJson(config, 'config.json')
  if (!parsedConfig.ok) return parsedConfig
  const parsedQuant = quant === null ? ok(null) : parsePythonJson(quant, 'hf_quant_config.json')
  return parsedQuant.ok ? parseModelConfig(parsedConfig.value, parsedQuant.value, id) : parsedQuant
}
