/**
 * A Chromium for the browser tests: one the machine has, else one installed on the spot.
 * Order: an environment variable, the usual system names, Playwright's own download, then the distribution's
 * package (as root), then Playwright's download.
 */
import {spawnSync} from 'node:child_process'
import {accessSync, constants} from 'node:fs'
import {delimiter, join} from 'node:path'
import process from 'node:process'
import {chromium} from 'playwright-core'

const VARIABLES = ['PLANNER_REPLAY_CHROMIUM', 'CHROME_PATH', 'PUPPETEER_EXECUTABLE_PATH']

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

const FIXED_PLACES = [
  '/usr/bin/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/**
 * Path of a Chromium that is already here, or null.
 * @throws Error when an environment variable names one that cannot be run: falling back would hide the mistake
 */
export function findChromium() {
  for (const name of VARIABLES) {
    const path = process.env[name]
    if (!path) continue
    if (!isExecutable(path)) throw new Error(`${name} names ${path}, which is not an executable file`)
    return path
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const onPath = COMMANDS.flatMap(command => folders.map(folder => join(folder, command)))
  return [...onPath, ...FIXED_PLACES, chromium.executablePath()].find(isExecutable) ?? null
}

/**
 * Path of a Chromium, installed now if need be.
 * @throws Error with one sentence on what to do when there is none to be had
 */
export function ensureChromium() {
  const found = findChromium()
  if (found !== null) return found
  for (const install of [installFromDistribution, installFromPlaywright]) {
    install()
    const installed = findChromium()
    if (installed !== null) return installed
  }
  throw new Error(
    'No Chromium was found or could be installed: install the package `chromium`, ' +
      `or set ${VARIABLES[0]} to the path of a Chromium or Chrome executable.`,
  )
}

function installFromDistribution() {
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) return
  console.log("Installing the distribution's Chromium (apt-get install chromium) …")
  const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'}
  run('apt-get', ['update', '-qq'], env)
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], env)
}

function installFromPlaywright() {
  console.log("Downloading Playwright's Chromium …")
  run('npx', ['--no-install', 'playwright-core', 'install', 'chromium'], process.env)
}

/** Output is shown only when the command fails: a package manager's progress would bury the test results. */
function run(command, args, env) {
  const result = spawnSync(command, args, {env, encoding: 'utf8', timeout: 10 * 60_000})
  if (result.status === 0) return
  const reason = result.error?.message ?? lastLines(`${result.stdout}\n${result.stderr}`)
  console.log(`${command} ${args.join(' ')} failed: ${reason}`)
}

function lastLines(text) {
  return text.trim().split('\n').slice(-5).join('\n')
}

function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => isExecutable(join(folder, command)))
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
