import {existsSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fail, type Result} from '../core/result.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import {parseModelTexts} from '../perf/models/parse-model-texts.ts'
import {fileErrorReason} from './file-errors.ts'
import {readTextFile} from './read-text-file.ts'

/**
 * The model of a checkpoint's folder, or of a `config.json` itself, as the reference takes either for a model's name;
 * null if the name is no such place. The path stays its name.
 */
export function loadLocalModel(path: string): Result<ModelConfig> | null {
  const config = configPath(path)
  if (config === null) return null
  if (!existsSync(config)) {
    return fail(`aic_model_path: no such file: ${config}`, 'aic_model_path')
  }
  const quant = join(dirname(config), 'hf_quant_config.json')
  try {
    return parseModelTexts({
      id: path,
      config: readTextFile(config),
      quant: existsSync(quant) ? readTextFile(quant) : null,
    })
  } catch (error) {
    return fail(`aic_model_path: cannot read ${config}: ${fileErrorReason(error)}`, 'aic_model_path')
  }
}

/** A Hugging Face id looks like a path, too: it is one only if it is there, or says so by how it begins. */
function configPath(path: string): string | null {
  if (path.endsWith('.json')) return path
  const isFolder = path !== '' && (statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false)
  return isFolder || /^\.{0,2}\//.test(path) ? join(path, 'config.json') : null
}
