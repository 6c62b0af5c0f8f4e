import {strFromU8, strToU8} from 'fflate'
import {blake3Hex} from '../../../core/blake3.ts'
import type {Problem, Result} from '../../../core/result.ts'
import type {GraphNode, NestedTimes} from '../../request-graph.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {FileReader} from '../file-reader.ts'
import {buildGraphTrace} from '../graph/graph-trace.ts'
import {isBefore, playOf} from './weka-play.ts'
import {readWekaObjects, readWekaRecording, type WekaRecording} from './weka-recording.ts'
import {WholeFile} from './whole-file.ts'

/**
 * Conversations that kv-cache-tester (Weka) recorded, as ai-dynamo 1.6.1 replays them (aisimulate-core 0.13.0): a graph of requests in which agents
 * and sub-agents are told apart, starts are kept, and waits follow what was recorded.
 */
export class WekaGraphReader extends FileReader<WholeFile> {
  readonly #nodes: GraphNode[] = []
  #blockSize: number | null = null
  #notices: readonly string[] = []
  #nestedTimes: NestedTimes = 'not_applicable'

  constructor(bytes: Uint8Array, fileName: string) {
    super(new WholeFile(bytes), fileName)
  }

  get requestCount(): number {
    return this.#nodes.length
  }

  /** One step: how times of sub-agents are to be read is known only when all were seen. */
  readStep(): Problem | null {
    const objects = readWekaObjects(strFromU8(this.source.readAll()), this.fileName)
    if (!objects.ok) return objects.error
    const recordings: WekaRecording[] = []
    for (const [index, one] of objects.value.entries()) {
      const recording = readWekaRecording(one, index)
      if (!recording.ok) return this.#problem(recording.error)
      recordings.push(recording.value)
    }
    const problem = this.#takeBlockSize(recordings)
    return problem ?? this.#addPlays(recordings)
  }

  protected build(): Result<ParsedTrace> {
    return buildGraphTrace(this.#nodes, {
      fileName: this.fileName,
      format: 'weka',
      traceBlockSize: this.#blockSize,
      notices: this.#notices,
      nestedTimes: this.#nestedTimes,
    })
  }

  #takeBlockSize(recordings: readonly WekaRecording[]): Problem | null {
    for (const {id, blockSize} of recordings) {
      if (this.#blockSize !== null && this.#blockSize !== blockSize)
        return this.#problem({
          message: `${id}: has block_size ${blockSize}, an earlier one ${this.#blockSize}`,
          field: 'block_size',
        })
      this.#blockSize = blockSize
    }
    return null
  }

  #addPlays(recordings: readonly WekaRecording[]): Problem | null {
    const isRelative = recordings.some(({subagents}) =>
      subagents.some(({requests, startS}) => requests.some(request => isBefore(request, startS))),
    )
    const source = this.fileName.slice(this.fileName.search(/[^/\\]*$/))
    const ids = new BlockIds()
    for (const [index, recording] of recordings.entries()) {
      const name = isLines(source) ? `${source}#${String(index).padStart(6, '0')}` : source
      const namespace = `weka:${blake3Hex(strToU8(name)).slice(0, 16)}`
      const play = playOf(recording, {
        namespace,
        line: index + 1,
        isRelative,
        blockIdOf: identity => ids.of(`${index} ${identity}`),
      })
      if (!play.ok) return this.#problem(play.error)
      for (const node of play.value) this.#nodes.push(node)
    }
    this.#notices = this.#tell(recordings, isRelative)
    const isNested = recordings.some(({subagents}) => subagents.some(({requests}) => requests.length > 0))
    if (isNested) this.#nestedTimes = isRelative ? 'relative' : 'absolute'
    return null
  }

  #tell(recordings: readonly WekaRecording[], isRelative: boolean): readonly string[] {
    const subagents = recordings.reduce((sum, recording) => sum + recording.subagents.length, 0)
    const clock = isRelative ? "their sub-agent's start" : "their conversation's"
    const told =
      `${this.fileName} is read as a kv-cache-tester (Weka) recording: times in s, blocks of ${this.#blockSize} tokens; no request is sent ` +
      'before its recorded start, or before those are over that it waited for.'
    return subagents === 0
      ? [told]
      : [told, `${this.fileName}: ${subagents} sub-agents; times of their requests count from ${clock}.`]
  }

  #problem({message, field}: Problem): Problem {
    const text = `${this.fileName}: ${message}`
    return field === undefined ? {message: text} : {message: text, field}
  }
}

/** Numbers identities as they come. */
class BlockIds {
  readonly #known = new Map<string, number>()

  of(identity: string): number {
    const known = this.#known.get(identity) ?? this.#known.size
    this.#known.set(identity, known)
    return known
  }
}

/** The reference tells several conversations from one by the ending of the file's name. */
function isLines(fileName: string): boolean {
  return /\.jsonl(\.gz|\.zst)?$/i.test(fileName)
}
