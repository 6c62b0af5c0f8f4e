/** A config.json is a few kilobytes; a file this large is something else, weights perhaps. */
const MAX_BYTES = 1_000_000

export interface DroppedFiles {
  readonly config: string | null
  readonly quant: string | null
  readonly problem: string | null
}

/** Texts of a model's files, told apart by their names: `hf_quant_config.json`, and anything else as config. */
export async function readDropped(files: readonly File[]): Promise<DroppedFiles> {
  const isQuant = (file: File) => /quant/i.test(file.name)
  const json = files.filter(file => /\.json$/i.test(file.name))
  const problem = problemOf(files, json)
  if (problem !== null) return {config: null, quant: null, problem}
  const config = json.find(file => !isQuant(file))
  const quant = json.find(isQuant)
  return {
    config: config === undefined ? null : await config.text(),
    quant: quant === undefined ? null : await quant.text(),
    problem: null,
  }
}

function problemOf(files: readonly File[], json: readonly File[]): string | null {
  const [other] = files.filter(file => !json.includes(file))
  if (other !== undefined) return `${other.name} is not a .json file: a model needs its config.json.`
  const large = json.find(file => file.size > MAX_BYTES)
  return large === undefined ? null : `${large.name} is too large for a config.json.`
}

/** The name a config.json carries, if any. */
export function nameInConfig(text: string): string {
  try {
    const name: unknown = JSON.parse(text)?._name_or_path
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}
