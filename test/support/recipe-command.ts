import {spawnSync} from 'node:child_process'
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import process from 'node:process'
import {afterAll, beforeAll, expect} from 'vitest'
import {parseArguments} from '../../src/config/command-line/arguments.ts'
import type {Result} from '../../src/core/result.ts'

export interface RecipeCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

interface Asked {
  /** What the subcommand leaves to the replay it is about. */
  readonly rest: readonly string[]
}

/** Runs recipes with a stand-in for npm that prints its arguments. */
export class RecipeRunner {
  #bin = ''

  constructor() {
    beforeAll(() => {
      this.#bin = mkdtempSync(join(tmpdir(), 'planner-replay-recipes-'))
      writeFileSync(this.at('npm'), '#!/bin/sh\nprintf "%s\\n" "$@"\n')
      chmodSync(this.at('npm'), 0o755)
    })
    afterAll(() => rmSync(this.#bin, {recursive: true}))
  }

  /** A search path on which the recipe finds that npm first. */
  get path(): string {
    return `${this.#bin}${delimiter}${process.env.PATH}`
  }

  /** A file in the folder that the recipe finds its commands in. */
  at(name: string): string {
    return join(this.#bin, name)
  }

  /** What a subcommand was asked for, as `parse` reads it; it must name one trace. */
  asked<T extends Asked>(subcommand: string, {command, args, env}: RecipeCommand, parse: Parse<T>): T {
    const ran = spawnSync(command, args, {
      env: {PATH: this.path, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    expect(ran.status, ran.stderr).toBe(0)
    const argv = ran.stdout.trimEnd().split('\n')
    expect(argv.slice(0, 5)).toEqual(['run', '--silent', 'replay', '--', subcommand])
    const asked = parse(argv.slice(5))
    if (!asked.ok) throw new Error(asked.error.message)
    const rest = parseArguments(asked.value.rest)
    expect(rest.ok && rest.value.positionals).toHaveLength(1)
    return asked.value
  }
}

type Parse<T> = (argv: readonly string[]) => Result<T>
