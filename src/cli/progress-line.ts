import {performance} from 'node:perf_hooks'
import {formatThousands} from '../core/python/python-number.ts'
import {shareDone} from '../core/share-done.ts'
import type {RunProgress} from '../run/run.ts'
import type {Terminal} from './terminal.ts'

/** A person watches a line redrawn ten times a second; a log file wants one line a second. */
const TERMINAL_INTERVAL_MS = 100
const LOG_INTERVAL_MS = 1000

/** Progress of a run on the error stream. */
export class ProgressLine {
  readonly #terminal: Terminal
  readonly #startedMs = performance.now()
  #shownMs = Number.NEGATIVE_INFINITY
  #width = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(progress: RunProgress): void {
    const nowMs = performance.now()
    const interval = this.#terminal.isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS
    if (nowMs - this.#shownMs < interval) return
    this.#shownMs = nowMs
    this.#write(describeProgress(progress, nowMs - this.#startedMs))
  }

  /** Clears the line, or leaves the last one in a log. */
  finish(): void {
    if (this.#terminal.isTerminal) this.#terminal.writeError(`\r${' '.repeat(this.#width)}\r`)
  }

  #write(text: string): void {
    if (!this.#terminal.isTerminal) {
      this.#terminal.writeError(`${text}\n`)
      return
    }
    this.#terminal.writeError(`\r${text.padEnd(this.#width)}`)
    this.#width = Math.max(this.#width, text.length)
  }
}

/** Simulated time, requests, speed and time left in one line. */
export function describeProgress(progress: RunProgress, elapsedMs: number): string {
  const {simulatedMs, expectedEndMs, completedRequests, totalRequests} = progress
  const share = shareDone(progress)
  const speed = elapsedMs > 0 ? simulatedMs / elapsedMs : 0
  const left = share > 0 ? formatDuration((elapsedMs / share) * (1 - share)) : '?'
  // Behind the last arrival nobody knows when the last answer ends.
  const isOverrun = expectedEndMs > 0 && simulatedMs >= expectedEndMs && completedRequests < totalRequests
  return [
    `${formatThousands(share * 100, 0)} %`,
    `simulated ${formatDuration(simulatedMs)} ${isOverrun ? 'so far' : `of ${formatDuration(expectedEndMs)}`}`,
    `${formatThousands(completedRequests, 0)} of ${formatThousands(totalRequests, 0)} requests`,
    `${formatThousands(speed, 0)}x real time`,
    `${left} left`,
  ].join(', ')
}

/** h:mm:ss, or m:ss under an hour. */
function formatDuration(ms: number): string {
  const total = Math.floor(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return `${minutes}:${two(total % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(total % 60)}`
}
