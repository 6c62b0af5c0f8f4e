import {execFileSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {PROJECT} from './support/shared.ts'

/** The package as `npm pack` makes it, installed in an empty folder without a network. */
let folder = ''
beforeAll(() => {
  if (!existsSync(join(PROJECT, 'dist-cli/planner-replay.js'))) throw new Error('run npm run build:cli first')
  folder = mkdtempSync(join(tmpdir(), 'package-'))
  npm(PROJECT, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder)
  const archive = readdirSync(folder).find(name => name.endsWith('.tgz'))
  writeFileSync(join(folder, 'package.json'), '{"private": true}')
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', `./${archive}`)
}, 120_000)
afterAll(() => rmSync(folder, {recursive: true}))

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env: {...process.env, npm_config_cache: join(folder, 'cache')},
  })
}

function replay(...args: string[]): Record<string, unknown> {
  const argv = ['--no-install', 'planner-replay', ...args, '--json']
  return JSON.parse(
    execFileSync('npx', argv, {cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}),
  )
}

const TRACE = 'node_modules/planner-replay/static-traces/toolagent-5min.jsonl.gz'

test('it brings nothing with it and runs in an empty folder, GPU tables and both releases included', {
  timeout: 120_000,
}, () => {
  const installed = readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))
  expect(installed).toEqual(['planner-replay'])
  const aic = {aic_backend: 'vllm', aic_system: 'h200_sxm', aic_model_path: 'Qwen/Qwen3-32B-FP8'}
  const report = replay(TRACE, '--num-workers', '2', '--extra-engine-args', JSON.stringify(aic))
  expect(report.completed_requests).toBe(640)
  expect(report.planner_replay).toMatchObject({engine_timing: 'aic'})
  expect(replay(TRACE, '--dynamo', '1.6.1', '--num-workers', '2').completed_requests).toBe(640)
})

test('its version is the newest of the changelog, or one that is not yet out', () => {
  const {version} = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {version: string}
  const [newest] = readFileSync(join(PROJECT, 'CHANGELOG.md'), 'utf8').match(/^## .*/m) ?? []
  expect(['## Unreleased', `## ${version}`]).toContain(newest)
})
