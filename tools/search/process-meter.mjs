import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {performance} from 'node:perf_hooks'

/** Often enough to miss little of a process that ends, seldom enough to cost nothing. */
const EVERY_MS = 250

/** CPU time and memory of a process and all that come from it, as Linux counts them in /proc. */
export class ProcessMeter {
  #root
  #timer = null
  #startedMs = 0
  #before = new Map()
  /** Seconds by process: those that have ended keep what was last seen of them. */
  #seconds = new Map()
  #peakBytes = 0
  #took = null

  /** @param {number} root number of the first process */
  constructor(root) {
    this.#root = root
  }

  start() {
    this.#look()
    this.#before = new Map(this.#seconds)
    this.#startedMs = performance.now()
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
  }

  /** @returns {{wallS: number, cpuS: number, peakMb: number}} since the start; the first call counts */
  stop() {
    if (this.#took !== null || this.#timer === null) return this.#took
    const wallS = (performance.now() - this.#startedMs) / 1000
    clearInterval(this.#timer)
    this.#look()
    let cpuS = 0
    for (const [pid, seconds] of this.#seconds) cpuS += seconds - (this.#before.get(pid) ?? 0)
    this.#took = {wallS, cpuS, peakMb: this.#peakBytes / 1e6}
    return this.#took
  }

  #look() {
    let bytes = 0
    for (const pid of this.#family()) {
      const used = usedBy(pid)
      if (used === null) continue
      this.#seconds.set(pid, used.seconds)
      bytes += used.bytes
    }
    this.#peakBytes = Math.max(this.#peakBytes, bytes)
  }

  #family() {
    const parents = new Map()
    for (const pid of readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)) {
      const fields = statOf(pid)
      if (fields !== null) parents.set(pid, Number(fields[1]))
    }
    const family = new Set([this.#root])
    for (let size = 0; size < family.size; ) {
      size = family.size
      for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid)
    }
    return family
  }
}

const TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}))

/** What the process alone holds, and its part of what it shares; null once it is gone. */
function usedBy(pid) {
  const fields = statOf(pid)
  if (fields === null) return null
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0
    return {seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S, bytes: Number(kilobytes) * 1024}
  } catch {
    return null
  }
}

/** Fields of the process's `stat` after its name, state first; null once it is gone. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
