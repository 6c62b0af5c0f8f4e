import {fail, ok, type Result} from '../../../core/result.ts'

type YamlReaders = typeof import('../../../config/yaml-text.ts')

/**
 * Reads what somebody writes into a form or a link. JSON is read at once; the library for YAML is fetched when a text is none,
 * and what asked is told then, so that a visit without YAML does without it.
 */
class WrittenText {
  #yaml: YamlReaders | null = $state.raw(null)
  #problem = $state('')
  #isFetching = false

  /** All documents of a text. */
  readonly documents = (text: string): Result<unknown[]> => {
    if (this.#yaml !== null) return this.#yaml.parseYamlDocuments(text)
    const json = this.value(text)
    return json.ok ? ok([json.value]) : json
  }

  /** The one value a text is. */
  readonly value = (text: string): Result<unknown> => {
    const json = readJson(text)
    if (json.ok) return json
    if (this.#yaml !== null) return this.#yaml.parseYamlText(text)
    this.#fetch()
    return fail(this.#problem === '' ? 'still being read' : this.#problem)
  }

  #fetch(): void {
    if (this.#isFetching) return
    this.#isFetching = true
    import('../../../config/yaml-text.ts').then(
      readers => {
        this.#yaml = readers
      },
      () => {
        this.#isFetching = false
        this.#problem =
          'no JSON, and what reads YAML could not be fetched: check the connection and change the text'
      },
    )
  }
}

function readJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text))
  } catch {
    return fail('no JSON')
  }
}

export const writtenText = new WrittenText()
