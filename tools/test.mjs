/**
 * `npm test`: everything a change must pass. Each step prints a heading; a failed step does not stop the later
 * ones, unless they need what it makes. The last line is `N passed, N failed`, unit and browser tests together;
 * a failed step that counts no tests (types, lint, a build) counts as one failure.
 *
 * `npm test -- unit browser` runs only the steps named; `npm test -- fuzz` is one that runs only so.
 */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import process from 'node:process'
import {fileURLToPath} from 'node:url'
import {ensureChromium} from './chromium.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const scratch = mkdtempSync(join(tmpdir(), 'planner-replay-test-'))

/** Tests that generate their cases by `test/support/fuzz.ts`. */
const FUZZED = [
  'src/trace/formats/brought-files.test.ts',
  'src/trace/formats/graph/agentic-mooncake.test.ts',
  'src/trace/formats/records/records-to-lines.test.ts',
  'src/trace/preview-trace.test.ts',
  'src/measured/read-measured.test.ts',
]

/** Steps in order. `run` returns the counts of its tests; `needs` names steps that must not have failed; one that `isAsked` runs only when it is named. */
const STEPS = [
  {
    name: 'types',
    title: 'Types of the pure folders (tsc)',
    run: tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.engine.json'),
  },
  {
    name: 'types',
    title: 'Types of everything (tsc)',
    run: tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
  },
  {
    name: 'types',
    title: 'Types of the service worker (tsc)',
    run: tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.service-worker.json'),
  },
  {
    name: 'types',
    title: 'Types of components (svelte-check)',
    run: tool('svelte-check/bin/svelte-check', '--tsconfig', 'tsconfig.json', '--fail-on-warnings'),
  },
  {name: 'lint', title: 'Lint and format (biome)', run: tool('@biomejs/biome/bin/biome', 'check', '.')},
  {
    name: 'cli',
    title: 'Build of the command line tool',
    run: tool('vite/bin/vite.js', 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn'),
  },
  {name: 'unit', title: 'Unit tests, laws and golden runs', run: vitest('unit')},
  {
    name: 'fuzz',
    title: 'Ten thousand cases for every reader of files of the user’s own',
    // Ten thousand cases of one test take minutes where other work shares the cores.
    run: vitest('fuzz', ...FUZZED, '--testTimeout=1800000', {FUZZ_RUNS: '10000'}),
    isAsked: true,
  },
  {name: 'site', title: 'Build of the site', run: tool('vite/bin/vite.js', 'build', '--logLevel', 'warn')},
  {name: 'browser', title: 'Browser tests of the built site', run: browserTests, needs: ['cli', 'site']},
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !STEPS.some(step => step.name === name))
if (unknown.length > 0) {
  console.error(`unknown step ${unknown[0]}; steps: ${[...new Set(STEPS.map(step => step.name))].join(', ')}`)
  process.exit(2)
}

const total = {passed: 0, failed: 0, skipped: 0}
const failedSteps = []
try {
  for (const step of STEPS) {
    if (wanted.includes(step.name) || (wanted.length === 0 && step.isAsked !== true)) runStep(step)
  }
} finally {
  rmSync(scratch, {recursive: true, force: true})
}
if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.map(step => step.title).join('; ')}`)
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
)
process.exitCode = total.failed > 0 ? 1 : 0

function runStep(step) {
  console.log(`\n━━ ${step.title} ━━`)
  const missing = failedSteps.find(failed => step.needs?.includes(failed.name))
  const startedAt = performance.now()
  const counts = missing === undefined ? step.run() : skippedBecause(missing)
  const elapsedS = (performance.now() - startedAt) / 1000
  for (const key of Object.keys(total)) total[key] += counts[key]
  if (counts.failed > 0) failedSteps.push(step)
  console.log(`${counts.failed > 0 ? '✗ failed' : '✓ passed'} in ${elapsedS.toFixed(1)} s`)
}

function skippedBecause(missing) {
  console.log(`not run, because this failed: ${missing.title}`)
  return {passed: 0, failed: 1, skipped: 0}
}

/** A command with no tests of its own: no counts when it passes, one failure when it does not. */
function tool(script, ...args) {
  return () => ({passed: 0, failed: node(script, args) ? 0 : 1, skipped: 0})
}

function browserTests() {
  try {
    const path = ensureChromium()
    console.log(`Chromium: ${path}`)
    return vitest('browser', '--config', 'test/browser/vitest.config.ts', {PLANNER_REPLAY_CHROMIUM: path})()
  } catch (error) {
    console.log(error.message)
    return {passed: 0, failed: 1, skipped: 0}
  }
}

function vitest(name, ...rest) {
  const env = typeof rest.at(-1) === 'object' ? rest.pop() : {}
  return () => {
    const output = join(scratch, `${name}.json`)
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
    const passed = node('vitest/vitest.mjs', ['run', ...rest, ...reporters], env)
    return countTests(output, passed)
  }
}

/** A file that does not even load, or an error outside any test, fails the run without a failed test: count it. */
function countTests(output, exitedWell) {
  if (!existsSync(output)) return {passed: 0, failed: 1, skipped: 0}
  const result = JSON.parse(readFileSync(output, 'utf8'))
  const brokenFiles = result.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  ).length
  const failed = result.numFailedTests + brokenFiles
  const passed = result.numPassedTests
  const ranNothing = passed + failed === 0
  return {
    passed,
    failed: failed === 0 && (!exitedWell || ranNothing) ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}

function node(script, args, env = {}) {
  const path = join(root, 'node_modules', script)
  const result = spawnSync(process.execPath, [path, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {...process.env, ...env},
  })
  return result.status === 0
}
