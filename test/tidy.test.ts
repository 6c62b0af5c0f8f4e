/**
 * Rules of the house that no compiler checks: which folder may import which, what the pure folders may not touch,
 * how long a file may grow, and that the documents name files that exist.
 */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, normalize, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {deadExports, FOR_TESTS, isTestCode, WAITING} from './support/dead-exports.ts'
import {fileCircles} from './support/file-circles.ts'
import {PAGE_FLOORS} from './support/page-floors.ts'

interface FolderRule {
  /** Folders of `src` (or single files of them) whose values this folder may import. */
  readonly may: readonly string[]
  /** Folders of which it may import types alone: erased by the build, so no code depends on them. */
  readonly types?: readonly string[]
  readonly packages?: readonly string[]
  /** No DOM, network, clock, timer or ambient randomness: the host passes these in. */
  readonly pure: boolean
  /** `file -> file` imports against the rule that are known and wait to be mended. */
  readonly debts?: readonly string[]
}

const SIMULATION = [
  'core',
  'config',
  'trace',
  'perf',
  'engine',
  'scaling',
  'policies',
  'report',
  'measured',
  'run',
  'sweep',
  'answers',
  'bench',
  'search',
]

/** Imports go down only. The engine knows no policy: the scaling driver runs the engine and asks the policy. */
const FOLDERS: Readonly<Record<string, FolderRule>> = {
  core: {may: [], packages: ['@noble/hashes'], pure: true},
  config: {may: ['core'], packages: ['yaml'], pure: true},
  trace: {
    may: ['core', 'config'],
    packages: ['fflate', 'fzstd', 'hyparquet', 'hyparquet-compressors', 'papaparse'],
    pure: true,
  },
  perf: {may: ['core', 'config'], packages: ['fflate'], pure: true},
  engine: {may: ['core', 'config', 'trace', 'perf'], pure: true},
  scaling: {may: ['core', 'config'], types: ['engine'], pure: true},
  policies: {may: ['core', 'config', 'perf', 'scaling'], types: ['engine'], pure: true},
  report: {may: ['core', 'config'], types: ['engine', 'scaling', 'policies'], pure: true},
  measured: {may: ['core', 'config', 'trace', 'report'], types: ['engine'], packages: ['fflate'], pure: true},
  run: {may: ['core', 'config', 'trace', 'perf', 'engine', 'scaling', 'policies', 'report'], pure: true},
  sweep: {
    may: ['core', 'config', 'trace', 'perf', 'engine', 'scaling', 'policies', 'report', 'run'],
    pure: true,
  },
  answers: {may: ['core', 'config', 'report', 'run', 'sweep'], pure: true},
  bench: {may: ['core', 'config', 'trace', 'perf', 'report', 'run', 'sweep'], types: ['engine'], pure: true},
  search: {
    may: ['core', 'config', 'trace', 'report', 'run', 'sweep', 'answers'],
    types: ['engine'],
    pure: true,
  },
  // What only a host has, in the browser and in Node alike; pure code is handed it.
  host: {may: ['core'], pure: false},
  worker: {may: [...SIMULATION, 'host'], packages: ['comlink'], pure: false},
  // Of the page only its stand-alone report, which is printed and not shown.
  cli: {
    may: [...SIMULATION, 'host', 'ui/panels/report-page/render-report-page.ts'],
    packages: ['yaml', 'fflate'],
    pure: false,
  },
  store: {
    may: ['core', 'config', 'report', 'host'],
    types: ['scaling', 'policies', 'worker', 'sweep'],
    packages: ['idb-keyval', 'fflate'],
    pure: false,
  },
  // What the page reads from it are the messages alone; it has no code of the simulation.
  'service-worker': {may: ['core', 'host'], packages: ['workbox-precaching', 'workbox-routing'], pure: false},
  // Of the simulation's folders only what words and forms need; what computes stays in the worker.
  ...PAGE_FLOORS,
}

/** What the pure folders may not say. `window` and `document` are compile errors there too, by their tsconfig. */
const IMPURE: readonly {readonly name: string; readonly pattern: RegExp}[] = [
  {name: 'Math.random', pattern: /\bMath\.random\b/},
  {name: 'Date.now', pattern: /\bDate\.now\b/},
  {name: 'new Date', pattern: /\bnew Date\b/},
  {name: 'performance.now', pattern: /\bperformance\.now\b/},
  {name: 'setTimeout', pattern: /\bsetTimeout\b/},
  {name: 'setInterval', pattern: /\bsetInterval\b/},
  {name: 'fetch', pattern: /(?<![.\w])fetch\(/},
  {name: 'globalThis', pattern: /\bglobalThis\b/},
  {name: 'document', pattern: /(?<![.\w])document\./},
  // The language leaves their last bits to the engine, and Node and Chromium differ: `core/exact-math.ts` has them.
  {
    name: 'a function of inexact result',
    pattern: /\bMath\.(exp|expm1|log|log2|log10|log1p|pow|cbrt|a?sinh?|a?cosh?|a?tanh?|atan2|hypot)\b/,
  },
  {name: 'a DOM window', pattern: /(?<![.\w])window\.(document|location|add\w*|set\w*|request\w*|local\w*)/},
]

/** Past this many lines a file most likely holds two ideas. */
const MAX_LINES = 400

/** Files that may be longer, each with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/config/planner/planner-fields.ts': 'one table, a dozen lines to a field',
  'src/engine/loop-1.2/cluster.ts':
    'one class: the phases of an instant share its heap and pools, and hot calls stay in one file',
  'src/engine/loop-1.6/cluster.ts': 'as the one of 1.2: the phases of an instant in one class',
}

/** Past this many files (tests not counted) a folder wants rooms of its own, one to a subject. */
const MAX_FILES = 25

/** Patterns are written so that they do not match themselves. */
const PRIVATE_PLACES: readonly {readonly name: string; readonly pattern: RegExp}[] = [
  {name: 'a path of somebody’s machine', pattern: /(?<![\w.)\]}-])\/(?:work|root|home|Users)\/\w/},
  {name: 'a package registry’s host', pattern: /registry\.npmjs|registry\.yarnpkg|files\.pythonhosted/},
]

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const files = listFiles()
const sources = files.filter(path => /^src\/.*\.(ts|svelte)$/.test(path))

describe('imports', () => {
  test('every folder of src has a rule', () => {
    const folders = new Set(sources.map(folderOf))
    expect([...folders].filter(folder => folder !== null && !(folder in FOLDERS))).toEqual([])
  })

  test('go down only, but for the debts listed', () => {
    const broken = sources.filter(path => !isTest(path)).flatMap(forbiddenImports)
    const debts = Object.values(FOLDERS).flatMap(rule => rule.debts ?? [])
    expect(broken.sort()).toEqual([...debts].sort())
  })

  test('are relative with an extension and name a file that exists', () => {
    const wrong = sources.flatMap(path =>
      importsOf(path)
        .filter(({target}) => target.startsWith('.') && !existsSync(resolveImport(path, target)))
        .map(({target}) => `${path}: ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('form no circle of files, types included', () => {
    const code = sources.filter(path => !isTest(path))
    const circles = fileCircles(code, path => importsOf(path).map(({target}) => inRoot(path, target)))
    expect(circles).toEqual([])
  })

  test('rule out a cycle of folders', () => {
    const cyclic = Object.keys(FOLDERS).filter(folder => reachable(folder).has(folder))
    expect(cyclic).toEqual([])
  })
})

test('the pure folders use no clock, timer, network, DOM or ambient randomness', () => {
  const findings = sources
    .filter(path => !isTest(path) && ruleOf(path)?.pure === true)
    .flatMap(path => {
      const code = withoutComments(readText(path))
      return IMPURE.filter(({pattern}) => pattern.test(code)).map(({name}) => `${path}: ${name}`)
    })
  expect(findings).toEqual([])
})

test(`no file is longer than ${MAX_LINES} lines unless listed`, () => {
  const long = files
    .filter(path => /\.(ts|mjs|svelte|css)$/.test(path))
    .filter(path => readText(path).split('\n').length - 1 > MAX_LINES)
  expect(long.sort()).toEqual(Object.keys(LONG_FILES).sort())
})

test(`no folder holds more than ${MAX_FILES} files of code beside its tests`, () => {
  const counts = new Map<string, number>()
  for (const path of files) {
    if (!/^(src|tools|test)\/.*\.(ts|mjs|py|svelte|css)$/.test(path)) continue
    if (/\.(test|browser)\.ts$/.test(path)) continue
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  }
  const crowded = [...counts].filter(([, count]) => count > MAX_FILES)
  expect(crowded).toEqual([])
})

test('nothing is exported that nobody imports', () => {
  const found = deadExports(
    files
      .filter(path => /^(src|test)\/.*\.(ts|svelte)$|^(tools\/.*|[^/]+)\.ts$/.test(path))
      .map(path => ({path, code: withoutComments(readText(path)), isTest: isTestCode(path)})),
    (path, target) => inRoot(path, target.split('?')[0]!),
    files
      .filter(path => /^tools\/.*\.mjs$/.test(path))
      .map(readText)
      .join('\n'),
  )
  expect(found.filter(name => !WAITING.includes(name)).sort()).toEqual(Object.keys(FOR_TESTS).sort())
})

test('documents name files that exist', () => {
  // The specifications name files of the reference's own tree, too.
  const documents = files.filter(path => path.endsWith('.md') && !path.startsWith('docs/reference/'))
  const missing = documents.flatMap(missingReferences)
  expect(missing).toEqual([])
})

test('no file tells of a private machine or a registry', () => {
  const findings = files
    .filter(path => !isBinary(path))
    .flatMap(path => {
      const text = readText(path)
      return PRIVATE_PLACES.filter(({pattern}) => pattern.test(text)).map(({name}) => `${path}: ${name}`)
    })
  expect(findings).toEqual([])
})

test('comments cite sections of docs/reference that exist', () => {
  const wrong = files
    .filter(path => /^(src|tools|test)\/.*\.(ts|svelte|mjs|py)$/.test(path))
    .flatMap(path => citationsOf(readText(path)).map(({file, section}) => ({path, file, section})))
    .filter(({file, section}) => !sectionsOf(file).has(section))
    .map(({path, file, section}) => `${path}: ${file} ${section}`)
  expect(wrong).toEqual([])
})

interface Import {
  readonly target: string
  readonly typeOnly: boolean
}

function forbiddenImports(path: string): string[] {
  const rule = ruleOf(path)
  if (rule === null) return []
  return importsOf(path)
    .filter(({target, typeOnly}) => !isAllowed(path, rule, target, typeOnly))
    .map(({target}) => `${path} -> ${target.startsWith('.') ? inRoot(path, target) : target}`)
}

function isAllowed(path: string, rule: FolderRule, target: string, typeOnly: boolean): boolean {
  if (!target.startsWith('.')) return isAllowedPackage(path, rule, target)
  const wanted = inRoot(path, target)
  if (!wanted.startsWith('src/')) return false
  const folder = folderOf(wanted)
  if (folder === null || folder === folderOf(path)) return folder !== null
  const names = [folder, wanted.slice('src/'.length)]
  return names.some(name => rule.may.includes(name) || (typeOnly && rule.types?.includes(name) === true))
}

function isAllowedPackage(path: string, rule: FolderRule, target: string): boolean {
  if (target.startsWith('node:')) return path.startsWith('src/cli/')
  const name = /^(@[^/]+\/)?[^/]+/.exec(target)![0]
  return rule.packages?.includes(name) === true
}

/** Folders that can be reached from `folder` by values: a folder that reaches itself is in a cycle. */
function reachable(folder: string): Set<string> {
  const seen = new Set<string>()
  const queue = [folder]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const name of FOLDERS[next]?.may ?? []) {
      const below = name in FOLDERS ? name : folderOf(`src/${name}`)!
      if (!seen.has(below)) queue.push(below)
      seen.add(below)
    }
  }
  return seen
}

/** Static and dynamic imports, re-exports, and the Worker and asset addresses built from `import.meta.url`. */
function importsOf(path: string): Import[] {
  const code = withoutComments(readText(path))
  const statements = code.matchAll(/^\s*(?:import|export)\s+(type\s+)?[^'";]*?\bfrom\s*'([^']+)'/gm)
  const bare = code.matchAll(/(?:^\s*import\s+|\bimport\(\s*|\bnew URL\(\s*)'([^']+)'/gm)
  return [
    ...[...statements].map(match => ({target: match[2]!, typeOnly: match[1] !== undefined})),
    ...[...bare].map(match => ({target: match[1]!, typeOnly: false})).filter(isModule),
  ].map(found => ({...found, target: found.target.split('?')[0]!}))
}

/** `new URL('https://…')` names no module. */
function isModule({target}: Import): boolean {
  return !/^[a-z]+:\/\//.test(target)
}

function inRoot(path: string, target: string): string {
  return normalize(join(dirname(path), target)).replaceAll('\\', '/')
}

function resolveImport(path: string, target: string): string {
  return join(root, dirname(path), target)
}

function ruleOf(path: string): FolderRule | null {
  const folder = folderOf(path)
  return folder === null ? null : (FOLDERS[folder] ?? null)
}

/** `engine` for `src/engine/…`, each folder of the page its own; null for the few files that stand directly in `src`. */
function folderOf(path: string): string | null {
  const parts = path.split('/')
  if (parts[1] === 'ui') return parts.slice(1, -1).join('/')
  return parts.length > 2 ? parts[1]! : null
}

function isTest(path: string): boolean {
  return /\.test\.ts$/.test(path)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

const REFERENCE = 'docs/reference'
const DOCUMENTS = readdirSync(join(root, REFERENCE)).filter(name => name.endsWith('.md'))

/** `engine.md 8.3, 9.3` names two sections; a document without a section is cited as a whole. */
function citationsOf(text: string): {readonly file: string; readonly section: string}[] {
  const names = DOCUMENTS.map(escapeRegExp).join('|')
  const cited = new RegExp(
    `(?<![\\w./-])(${names}) (\\d+(?:\\.\\d+)*(?:(?:, | and |-)\\d+(?:\\.\\d+)*)*)`,
    'g',
  )
  return [...text.matchAll(cited)].flatMap(([, file, sections]) =>
    sections!.split(/, | and |-/).map(section => ({file: file!, section})),
  )
}

function sectionsOf(file: string): ReadonlySet<string> {
  const headings = readText(`${REFERENCE}/${file}`).matchAll(/^(?:#+ |\*\*)(\d+(?:\.\d+)*)/gm)
  return new Set([...headings].map(match => match[1]!))
}

/** Paths of this repository, in prose or in an example; file names in backquotes; targets of relative links. */
function missingReferences(document: string): string[] {
  const text = readText(document)
  const paths = [
    ...text.matchAll(/(?<![\w./-])((?:src|test|tools|public|static-traces|docs|\.ci|\.github)\/[\w.@/*-]*)/g),
  ]
  const bareNames = [...text.matchAll(/`([\w.@-]+\.(?:md|ts|mjs|svelte))`/g)]
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(match =>
    join(dirname(document), match[1]!),
  )
  const named = [...[...paths, ...bareNames].map(match => match[1]!.replace(/[.,]$/, '')), ...links]
  return [...new Set(named)].filter(name => !matchesFile(name)).map(name => `${document}: ${name}`)
}

/** A bare name may stand for a file of any folder, as `simulate.ts` does where its folder was just named. */
function matchesFile(name: string): boolean {
  const path = name.replace(/\/$/, '')
  if (path.includes('*')) {
    const pattern = new RegExp(`^${path.split('*').map(escapeRegExp).join('[^/]*')}$`)
    return files.some(file => pattern.test(file))
  }
  if (existsSync(join(root, path))) return true
  return !path.includes('/') && files.some(file => file.endsWith(`/${path}`))
}

function escapeRegExp(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

function isBinary(path: string): boolean {
  return /\.(png|gz|npz|ico|woff2|parquet|bin)$/.test(path)
}

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Files of the project, without what .gitignore names: also right in a copy that is no git checkout. */
function listFiles(): string[] {
  const ignored = readText('.gitignore')
    .split('\n')
    .filter(line => line !== '')
    .map(line => new RegExp(`^${line.replace(/\/$/, '').split('*').map(escapeRegExp).join('.*')}$`))
  const found: string[] = []
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      if (name === '.git' || ignored.some(pattern => pattern.test(name))) continue
      const path = join(folder, name)
      if (statSync(path).isDirectory()) walk(path)
      else found.push(relative(root, path).replaceAll('\\', '/'))
    }
  }
  walk(root)
  return found.sort()
}
