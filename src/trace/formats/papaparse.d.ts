/** The part of Papa Parse that is used here; its published types would bring Node's globals into the pure folders. */
declare module 'papaparse' {
  export interface ParseProblem {
    readonly message: string
    /** Index into `data` of the row at fault. */
    readonly row: number
  }
  export interface ParsedRows {
    readonly data: string[][]
    readonly errors: readonly ParseProblem[]
    /** `cursor`: characters of the input that whole rows took. */
    readonly meta: {readonly cursor: number}
  }
  export interface RowParser {
    parse(input: string, baseIndex: number, ignoreLastRow: boolean): ParsedRows
  }
  const Papa: {readonly Parser: new (config: {delimiter: string; newline: '\n'}) => RowParser}
  export default Papa
}
