import {RandomStream} from '../../core/random.ts'
import {type QuantileTable, quantileAt, sampleBell, sampleSlotCounts} from './sampling.ts'

/**
 * A seeded imitation of an hour of tool-and-agent traffic as published for Mooncake: the shape of its
 * statistics, none of its rows. Three classes of requests arrive in batches every 3 s:
 *
 * - *chat*: long-tailed prompts and answers; two in five carry on an earlier chat and share most of its blocks;
 * - *tool A*: one long fixed instruction (12 blocks) and a short question, mostly answered in three tokens;
 * - *tool B*: a shorter fixed instruction (5 blocks), answered in about twenty tokens.
 */
export interface ToolagentSpec {
  readonly seed: number
  readonly requestCount: number
  /** Batches of arrivals, 3 s apart. */
  readonly tickCount: number
}

/** Tokens one hash id stands for. */
export const TOOLAGENT_BLOCK_SIZE = 512

const TICK_MS = 3000
/** The rate over the trace, relative to its nominal value: it grows quickly at first. [share of the trace, rate]. */
const DRIFT: QuantileTable = [
  [0, 0.85],
  [0.25, 0.97],
  [0.6, 1.04],
  [1, 1.1],
]

/** Share of chats over the trace; it falls as the rate grows. Tool A takes two thirds of the rest. */
const CHAT_SHARE: QuantileTable = [
  [0, 0.51],
  [1, 0.415],
]
const TOOL_A_SHARE_OF_TOOLS = 2 / 3

const CHAT_INPUT: QuantileTable = [
  [0, 520],
  [0.05, 906],
  [0.15, 1600],
  [0.25, 2600],
  [0.4, 4450],
  [0.5, 7400],
  [0.65, 10100],
  [0.75, 15600],
  [0.83, 18800],
  [0.9, 26900],
  [0.95, 42000],
  [0.98, 58500],
  [0.99, 86000],
  [1, 126000],
]
const CHAT_OUTPUT: QuantileTable = [
  [0, 1],
  [0.05, 25],
  [0.25, 200],
  [0.5, 374],
  [0.75, 500],
  [0.9, 618],
  [0.99, 1045],
  [1, 2000],
]
/** Share of chats whose answer ranks among answers as their prompt does among prompts; the others' is independent. */
const CHAT_RANKS_ALIKE = 0.17
/** Seconds between a chat's turn and the one it carries on. */
const CHAT_GAP_S: QuantileTable = [
  [0, 18],
  [0.1, 42],
  [0.5, 123],
  [0.9, 483],
  [1, 1200],
]
/** Share of a carried-on chat's blocks that it has in common with the turn before. */
const CHAT_SHARED: QuantileTable = [
  [0, 0.3],
  [0.25, 0.7],
  [0.5, 0.85],
  [0.75, 0.94],
  [1, 0.99],
]
/** Chance to carry on an earlier chat for the shortest prompts, and what is added for the longest: long chats grew. */
const CHAT_CONTINUES_BASE = 0.1
const CHAT_CONTINUES_SLOPE = 0.62

/** How far from the sampled gap an earlier chat may lie: ms, and share of the gap. */
const SLACK_MS = 6000
const SLACK_SHARE = 0.17

const TOOL_A_SHARED_BLOCKS = 12
const TOOL_A_INPUT: QuantileTable = [
  [0, 6164],
  [0.5, 6654],
  [0.75, 7067],
  [0.9, 7396],
  [0.99, 9023],
  [1, 9679],
]
const TOOL_A_SHORT_ANSWER_SHARE = 0.61

const TOOL_B_SHARED_BLOCKS = 5
const TOOL_B_INPUT: QuantileTable = [
  [0, 2958],
  [0.5, 3156],
  [0.9, 4107],
  [1, 4989],
]

export interface Request {
  readonly inputLength: number
  readonly outputLength: number
  readonly hashIds: readonly number[]
}

interface ChatTurn {
  readonly atMs: number
  /** Blocks full of tokens, which a later turn can share. */
  readonly fullBlocks: readonly number[]
  continued: boolean
}

/** Mooncake JSONL; the same spec gives the same bytes on every machine. */
export function generateToolagent(spec: ToolagentSpec): string {
  const counts = sampleSlotCounts(
    new RandomStream(spec.seed, 'arrivals'),
    spec.requestCount,
    driftWeights(spec),
  )
  const jitter = new RandomStream(spec.seed, 'jitter')
  const requests = new RequestSource(spec.seed)
  const lines: string[] = []
  for (let tick = 0; tick < spec.tickCount; tick++) {
    const timestamp = tick === 0 ? 0 : tick * TICK_MS + jitter.nextInt(3) - 1
    const chatShare = quantileAt(CHAT_SHARE, tick / spec.tickCount)
    for (let i = 0; i < counts[tick]!; i++)
      lines.push(formatLine(timestamp, requests.next(timestamp, chatShare)))
  }
  return `${lines.join('\n')}\n`
}

function driftWeights(spec: ToolagentSpec): number[] {
  const last = Math.max(1, spec.tickCount - 1)
  return Array.from({length: spec.tickCount}, (_, tick) => quantileAt(DRIFT, tick / last))
}

export function formatLine(timestamp: number, request: Request): string {
  const {inputLength, outputLength, hashIds} = request
  return `{"timestamp":${timestamp},"input_length":${inputLength},"output_length":${outputLength},"hash_ids":[${hashIds.join(',')}]}`
}

/** Generates requests of the three classes, one after the other in order of time. */
export class RequestSource {
  readonly #classes: RandomStream
  readonly #chat: RandomStream
  readonly #tools: RandomStream
  readonly #toolABlocks: readonly number[]
  readonly #toolBBlocks: readonly number[]
  readonly #chatBlock: number
  /** In order of time. */
  readonly #chats: ChatTurn[] = []
  #nextId = 0

  constructor(seed: number) {
    this.#classes = new RandomStream(seed, 'classes')
    this.#chat = new RandomStream(seed, 'chat')
    this.#tools = new RandomStream(seed, 'tools')
    this.#chatBlock = this.#nextId++
    this.#toolABlocks = this.#newBlocks(TOOL_A_SHARED_BLOCKS)
    this.#toolBBlocks = this.#newBlocks(TOOL_B_SHARED_BLOCKS)
  }

  next(atMs: number, chatShare: number): Request {
    if (this.#classes.next() < chatShare) return this.#nextChat(atMs)
    return this.#classes.next() < TOOL_A_SHARE_OF_TOOLS ? this.#nextToolA() : this.#nextToolB()
  }

  #nextToolA(): Request {
    const random = this.#tools
    const inputLength = Math.round(quantileAt(TOOL_A_INPUT, random.next()))
    const short = random.next() < TOOL_A_SHORT_ANSWER_SHARE
    const outputLength = short ? 3 : Math.max(4, Math.round(sampleBell(random, 31, 5)))
    return {inputLength, outputLength, hashIds: this.#extend(this.#toolABlocks, inputLength)}
  }

  #nextToolB(): Request {
    const random = this.#tools
    const inputLength = Math.round(quantileAt(TOOL_B_INPUT, random.next()))
    const outputLength = Math.max(1, Math.round(sampleBell(random, 20, 3)))
    return {inputLength, outputLength, hashIds: this.#extend(this.#toolBBlocks, inputLength)}
  }

  #nextChat(atMs: number): Request {
    const random = this.#chat
    const rank = random.next()
    const inputLength = Math.round(quantileAt(CHAT_INPUT, rank))
    const outputRank = random.next() < CHAT_RANKS_ALIKE ? rank : random.next()
    const outputLength = Math.max(1, Math.round(quantileAt(CHAT_OUTPUT, outputRank)))
    const continues = random.next() < CHAT_CONTINUES_BASE + CHAT_CONTINUES_SLOPE * rank
    const gapMs = 1000 * quantileAt(CHAT_GAP_S, random.next())
    const wanted = Math.round(quantileAt(CHAT_SHARED, random.next()) * blockCount(inputLength))
    const earlier = continues
      ? this.#findEarlier(atMs - gapMs, SLACK_MS + SLACK_SHARE * gapMs, wanted)
      : undefined
    const shared = earlier?.fullBlocks.slice(0, Math.max(1, wanted)) ?? []
    if (earlier !== undefined) earlier.continued = true
    const hashIds = this.#extend(shared.length > 0 ? shared : [this.#chatBlock], inputLength)
    const full = Math.floor(inputLength / TOOLAGENT_BLOCK_SIZE)
    this.#chats.push({atMs, fullBlocks: hashIds.slice(0, full), continued: false})
    return {inputLength, outputLength, hashIds}
  }

  /**
   * The chat not carried on yet that best offers the wanted number of blocks, among those around a time.
   * A later one of equal merit wins, so the choice has no ties.
   */
  #findEarlier(aroundMs: number, slackMs: number, wantedBlocks: number): ChatTurn | undefined {
    let best: ChatTurn | undefined
    let bestMiss = Number.POSITIVE_INFINITY
    for (let i = this.#chats.length - 1; i >= 0; i--) {
      const chat = this.#chats[i]!
      if (chat.atMs > aroundMs + slackMs || chat.continued) continue
      if (chat.atMs < aroundMs - slackMs) break
      const extra = chat.fullBlocks.length - wantedBlocks
      const miss = extra < 0 ? -2 * extra : extra
      if (chat.fullBlocks.length === 0 || miss >= bestMiss) continue
      best = chat
      bestMiss = miss
    }
    return best
  }

  /** Fills a prompt up with new blocks; at least the last one is its own. */
  #extend(shared: readonly number[], inputLength: number): number[] {
    const total = blockCount(inputLength)
    const kept = shared.slice(0, Math.max(1, total - 1))
    return [...kept, ...this.#newBlocks(total - kept.length)]
  }

  #newBlocks(count: number): number[] {
    return Array.from({length: count}, () => this.#nextId++)
  }
}

function blockCount(inputLength: number): number {
  return Math.ceil(inputLength / TOOLAGENT_BLOCK_SIZE)
}
