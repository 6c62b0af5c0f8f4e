import {runCli} from './run-cli.ts'

/** What a command line writes, for tests, and the code it ends with. */
export async function captureCli(...argv: string[]) {
  const written = {out: '', error: ''}
  const code = await runCli(argv, {
    writeOut: text => {
      written.out += text
    },
    writeError: text => {
      written.error += text
    },
    isTerminal: false,
  })
  return {code, ...written}
}
