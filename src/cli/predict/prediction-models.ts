import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseJson} from '../../config/command-line/flags.ts'
import {predictionModelsOf} from '../../run/prediction-models.ts'
import {loadLocalModel} from '../local-model.ts'

/** What a prediction asks of the model it names: one of the catalogue, or a checkpoint's folder. */
export const predictionModels = predictionModelsOf({configOf: readConfig, modelOf: loadLocalModel})

/** The config.json of a local model; null if the name is no such place. */
function readConfig(model: string): unknown {
  const local = loadLocalModel(model)
  if (local === null) return null
  try {
    const text = readFileSync(model.endsWith('.json') ? model : join(model, 'config.json'), 'utf8')
    const json = parseJson(text)
    return json.ok ? json.value : null
  } catch {
    return null
  }
}
