import {strToU8} from 'fflate'
import {blake3Hex} from '../../../core/blake3.ts'
import type {JsonObject} from '../../../core/is-object.ts'
import type {Problem, Result} from '../../../core/result.ts'
import type {GraphNode, NestedTimes} from '../../request-graph.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {buildGraphTrace} from '../graph/graph-trace.ts'
import {WekaFileReader} from './weka-file-reader.ts'
import {isBefore, playOf} from './weka-play.ts'
import {readWekaRecording, type WekaRecording} from './weka-recording.ts'

/**
 * Conversations that kv-cache-tester (Weka) recorded, as ai-dynamo 1.6.1 replays them (aisimulate-core 0.13.0): a graph of requests in which agents
 * and sub-agents are told apart, starts are kept, and waits follow what was recorded.
 */
export class WekaGraphReader extends WekaFileReader {
  readonly #nodes: GraphNode[] = []
  #notices: readonly string[] = []
  #nestedTimes: NestedTimes = 'not_applicable'

  get requestCount(): number {
    return this.#nodes.length
  }

  /** How times of sub-agents are to be read is known only when all were seen. */
  protected readConversations(objects: readonly JsonObject[]): Problem | null {
    const recordings: WekaRecording[] = []
    for (const [index, one] of objects.entries()) {
      const recording = readWekaRecording(one, index)
      if (!recording.ok) return this.problem(recording.error)
      recordings.push(recording.value)
    }
    for (const {id, blockSize} of recordings) {
      const problem = this.takeBlockSize(id, blockSize)
      if (problem !== null) return problem
    }
    return this.#addPlays(recordings)
  }

  protected build(): Result<ParsedTrace> {
    return buildGraphTrace(this.#nodes, {
      fileName: this.fileName,
      format: 'weka',
      traceBlockSize: this.blockSize,
      notices: this.#notices,
      nestedTimes: this.#nestedTimes,
    })
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
      if (!play.ok) return this.problem(play.error)
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
      `${this.fileName} is read as a kv-cache-tester (Weka) recording: times in s, blocks of ${this.blockSize} tokens; no request is sent ` +
      'before its recorded start, or before those are over that it waited for.'
    return subagents === 0
      ? [told]
      : [told, `${this.fileName}: ${subagents} sub-agents; times of their requests count from ${clock}.`]
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
