import {strFromU8} from 'fflate'
import type {JsonObject} from '../../../core/is-object.ts'
import type {Problem} from '../../../core/result.ts'
import {FileReader} from '../file-reader.ts'
import {readWekaObjects} from './weka-recording.ts'
import {WholeFile} from './whole-file.ts'

/** What the readers of kv-cache-tester's recordings for both releases have in common: conversations, all with blocks of one size. */
export abstract class WekaFileReader extends FileReader<WholeFile> {
  /** Tokens; null before the first conversation. */
  protected blockSize: number | null = null

  constructor(bytes: Uint8Array, fileName: string) {
    super(new WholeFile(bytes), fileName)
  }

  /** One step: a file holds few conversations, and how they are read may depend on all of them. */
  readStep(): Problem | null {
    const objects = readWekaObjects(strFromU8(this.source.readAll()), this.fileName)
    return objects.ok ? this.readConversations(objects.value) : objects.error
  }

  protected abstract readConversations(objects: readonly JsonObject[]): Problem | null

  protected takeBlockSize(conversation: string, blockSize: number): Problem | null {
    if (this.blockSize !== null && this.blockSize !== blockSize) {
      const message = `${conversation}: has block_size ${blockSize}, an earlier one ${this.blockSize}`
      return this.problem({message, field: 'block_size'})
    }
    this.blockSize = blockSize
    return null
  }

  /** The same, naming the file. */
  protected problem({message, field}: Problem): Problem {
    const text = `${this.fileName}: ${message}`
    return field === undefined ? {message: text} : {message: text, field}
  }
}
