import type {Result} from '../core/result.ts'

/**
 * Reads all documents of a text that somebody wrote, JSON or YAML (`yaml-text.ts`). Handed in where such texts are read: the
 * page fetches the library for it only when somebody writes YAML.
 */
export type ReadDocuments = (text: string) => Result<unknown[]>
