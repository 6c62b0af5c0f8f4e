import {type FileSource, isSameTrace, type Scenario, type TraceSource} from '../../../config/scenario.ts'
import type {TraceReading} from '../../../config/trace-reading.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Problem, Result} from '../../../core/result.ts'
import type {TraceStore} from '../../../store/trace-store.ts'
import type {CatalogueEntry} from '../../../trace/catalogue.ts'
import type {TraceOddity} from '../../../trace/doctor/oddity.ts'
import type {TracePreview} from '../../../trace/preview-trace.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {LoadProgress, TraceInfo, TraceRequest} from '../../../worker/protocol.ts'
import {downloadTrace} from './download-trace.ts'
import {isRemote} from './remote.ts'
import {checksumWords, formatKey, isSource, pickKey} from './trace-keys.ts'
import {offerAt, offerOf, type TraceOffer} from './trace-offer.ts'

export interface PickedTrace {
  readonly source: TraceSource
  /** Read as what its content says, not as the form says. */
  readonly isDetected: boolean
}

interface Followed {
  readonly source: TraceSource
  readonly reading: TraceReading
}

/** The trace on the page: what can be picked, what is loaded, what is under way. */
export class TraceState {
  catalogue: readonly CatalogueEntry[] = $state.raw([])
  /** The last trace that loaded; a failed attempt leaves it in place. */
  info: TraceInfo | null = $state.raw(null)
  /** The local file the scenario needs and nobody here has; a checksum of '' = any file of that name. */
  missing: {readonly name: string; readonly sha256: string} | null = $state.raw(null)
  loading: {readonly name: string; readonly progress: LoadProgress | null} | null = $state.raw(null)
  problem: Problem | null = $state.raw(null)
  /** File behind `info` if it is not the site's, kept as a handle: the worker reads the bytes. */
  file: File | null = $state.raw(null)
  /** Whether that file, a local one, is kept in the Library. */
  isFileKept = $state(false)
  /** The chosen trace is on another host and not here yet: the user decides. */
  offer: TraceOffer | null = $state.raw(null)
  /** Bytes of the offer that have come; null = no download is under way. */
  download: {readonly loadedBytes: number} | null = $state.raw(null)
  readonly #client: SimulatorClient
  readonly #kept: TraceStore
  #abort: AbortController | null = null
  #downloadAbort: AbortController | null = null
  #catalogueLoad: Promise<void> | null = null
  /** A picked file that could not be read: another format or other columns may do. */
  #rejected: {readonly file: File; readonly format: string} | null = $state.raw(null)
  #lastReading: TraceReading | null = null
  /** The file that was picked last and how it was read, until something else is loaded; '' = none. */
  #picked = ''
  /** The scenario's trace while it is loaded, and that one if a file was picked before it was here. */
  #following: Followed | null = null
  #givenWay: Followed | null = null
  /** Looks into a file that could not be read. */
  preview = (file: File): Promise<Result<TracePreview>> => {
    const {traceFormat, release} = this.#lastReading ?? {}
    return this.#client.previewTrace({
      blob: file,
      name: file.name,
      ...(traceFormat === undefined ? {} : {traceFormat}),
      ...(release === undefined ? {} : {release}),
    })
  }

  /** What of the traffic is longer than the scenario's instances, or their model, can take. */
  checkFit = (scenario: Scenario): Promise<readonly TraceOddity[]> =>
    this.#client.checkFit({scenario, traceBlob: this.file})

  /** The local file a link asks for, until it is here; and a wrong one that was given in its place. */
  #wanted: {readonly sha256: string; readonly wrong: string | null} | null = null

  constructor(client: SimulatorClient, kept: TraceStore) {
    this.#client = client
    this.#kept = kept
  }

  /** The file that could not be read as it was given. */
  get rejected(): File | null {
    return this.#rejected?.file ?? null
  }

  loadCatalogue(): Promise<void> {
    this.#catalogueLoad ??= this.#loadCatalogue()
    return this.#catalogueLoad
  }

  /**
   * Loads what the scenario names; a local file can only be one that was picked here before. After a file was refused
   * and the format was changed, it is that file that is tried again: then it is returned.
   */
  async follow(source: TraceSource, reading: TraceReading): Promise<PickedTrace | null> {
    // The scenario says by now what was picked: it is here, and a file that was picked since is not to give way to it.
    if (pickKey(source, reading) === this.#picked) return null
    const format = formatKey(reading)
    if (this.#rejected === null || this.#rejected.format === format) {
      await this.load(source, reading)
      return null
    }
    const {file} = this.#rejected
    this.#rejected = {file, format}
    return this.#pickAs(file, reading, false)
  }

  /** @returns what was loaded; null = nothing, or something else was chosen meanwhile */
  async load(source: TraceSource, reading: TraceReading): Promise<TraceInfo | null> {
    const following = {source, reading}
    this.#following = following
    this.#givenWay = null
    const info = await this.#loadFollowed(following)
    if (this.#following === following) this.#following = null
    return info
  }

  async #loadFollowed({source, reading}: Followed): Promise<TraceInfo | null> {
    this.#lastReading = reading
    this.#picked = ''
    if (source.kind === 'catalogue') return this.#loadFromCatalogue(source, reading)
    if (this.file !== null && isSource(this.info, source))
      return this.#load({source, blob: this.file, ...reading}, source.name, this.file)
    return this.#loadKeptFile(source, reading)
  }

  /** Keeps the local file on the page in the Library, so that it need not be picked again. */
  keepFile = async (): Promise<void> => {
    const {file, info} = this
    if (file === null || info?.source.kind !== 'file') return
    const {sha256, fileName} = info
    try {
      const bytes = await file.arrayBuffer()
      const problem = await this.#kept.keep({id: sha256, name: fileName, origin: 'file', fileName}, bytes)
      this.isFileKept = problem === null
      if (problem !== null) this.problem = {message: `The file is not kept: ${problem}`}
    } catch (error) {
      this.problem = {message: `The file is not kept: ${messageOf(error)}`}
    }
  }

  /** Reads several files as the shards of one trace, in the order of their names. */
  async pickAll(files: readonly File[], reading: TraceReading): Promise<PickedTrace | null> {
    const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const [first, ...others] = sorted
    if (first === undefined) return null
    if (others.length === 0) return this.pick(first, reading)
    const name = `${first.name} and ${others.length} more`
    this.#stop()
    this.loading = {name, progress: null}
    try {
      const joined = await this.#client.joinTraces(sorted)
      if (joined.ok) return await this.pick(new File([joined.value], name), reading)
      this.problem = joined.error
    } catch (error) {
      this.problem = {message: messageOf(error)}
    }
    this.loading = null
    return null
  }

  /** Reads a file as what it looks like; only if that fails, as the form says. */
  async pick(file: File, reading: TraceReading): Promise<PickedTrace | null> {
    const {traceFormat, ...plain} = reading
    const wrong = this.#wanted?.wrong
    const detected = await this.#pickAs(file, plain, true)
    if (detected !== null || this.#wanted?.wrong !== wrong) return detected
    this.#rejected = {file, format: formatKey(reading)}
    const asked = traceFormat === undefined ? null : await this.#pickAs(file, reading, false)
    if (asked === null && this.#givenWay !== null && this.problem !== null)
      await this.#loadBeneath(this.#givenWay)
    return asked
  }

  /** Loads what a refused file kept from being loaded; what is said of the file stays. */
  async #loadBeneath({source, reading}: Followed): Promise<void> {
    const {problem} = this
    const rejected = this.#rejected
    if ((await this.load(source, reading)) === null) return
    this.problem = problem
    this.#rejected = rejected
  }

  /** Fetches the offered trace; only ever called by its button. What a link only had the address of is known by its checksum then. */
  startDownload = async (): Promise<PickedTrace | null> => {
    const {offer} = this
    if (offer === null || this.download !== null) return null
    const abort = new AbortController()
    this.#downloadAbort = abort
    this.problem = null
    this.download = {loadedBytes: 0}
    try {
      const fetched = await downloadTrace(offer, {
        signal: abort.signal,
        onProgress: loadedBytes => {
          if (this.#downloadAbort === abort) this.download = {loadedBytes}
        },
      })
      if (this.#downloadAbort !== abort) return null
      if (!fetched.ok) {
        this.problem = fetched.error
        return null
      }
      const {bytes, sha256} = fetched.value
      await this.#kept.keep(
        {id: sha256, name: offer.title, origin: 'download', fileName: offer.fileName},
        bytes,
      )
      this.download = null
      const reading = this.#lastReading
      if (this.offer !== offer || reading === null) return null
      const source = offer.source.kind === 'file' ? {...offer.source, sha256} : offer.source
      if ((await this.load(source, reading)) === null || source === offer.source) return null
      this.#picked = pickKey(source, reading)
      return {source, isDetected: false}
    } catch (error) {
      if (this.#downloadAbort === abort) this.problem = {message: messageOf(error)}
      return null
    } finally {
      if (this.#downloadAbort === abort) this.download = null
    }
  }

  /**
   * Fetches a trace at an address somebody typed, read as what it looks like. If nothing comes of it, the scenario's trace stays, or is
   * loaded as before.
   */
  async fetchAt(
    source: FileSource,
    reading: TraceReading,
    scenarioTrace: TraceSource,
  ): Promise<PickedTrace | null> {
    const {traceFormat: _format, traceSeed: _seed, ...plain} = reading
    const isHere =
      this.info !== null &&
      this.loading === null &&
      this.offer === null &&
      isSameTrace(this.info.source, scenarioTrace)
    await this.load(source, plain)
    const fetched = await this.startDownload()
    if (fetched !== null) return {...fetched, isDetected: true}
    const isOver = this.loading === null && (this.offer === null || this.offer.source === source)
    if (!isOver) return null
    this.offer = null
    const {problem} = this
    if (!isHere) await this.#loadBeneath({source: scenarioTrace, reading})
    if (this.loading === null && problem !== null) this.problem = problem
    return null
  }

  cancelDownload = (): void => {
    this.#downloadAbort?.abort(new Error('cancelled'))
    this.#downloadAbort = null
    this.download = null
  }

  /** The trace before stays; one that a picked file kept from being loaded is loaded now. */
  stopLoading = (): void => {
    const before = this.#givenWay
    this.#stop()
    if (before !== null) void this.load(before.source, before.reading)
  }

  async #loadCatalogue(): Promise<void> {
    try {
      const result = await this.#client.listCatalogue()
      if (result.ok) this.catalogue = result.value
      else this.problem = result.error
    } catch (error) {
      this.problem = {message: messageOf(error)}
    }
  }

  async #loadFromCatalogue(
    source: Extract<TraceSource, {kind: 'catalogue'}>,
    reading: TraceReading,
  ): Promise<TraceInfo | null> {
    if (this.#isFetching(source)) return null
    const abort = this.#stop()
    await this.loadCatalogue()
    const entry = this.catalogue.find(({id}) => id === source.id)
    const isElsewhere = entry !== undefined && isRemote(entry)
    const blob = isElsewhere ? await this.#kept.read(entry.sha256) : null
    if (this.#abort !== abort) return null
    if (isElsewhere && blob === null) {
      this.offer = offerOf(entry, source)
      return null
    }
    const file = blob === null ? null : new File([blob], source.id)
    return this.#load({source, blob: file, ...reading}, entry?.title ?? source.id, file)
  }

  /** A local file can only be one that was picked here before, or is kept in the Library; one at an address is offered. */
  async #loadKeptFile(source: FileSource, reading: TraceReading): Promise<TraceInfo | null> {
    if (this.#isFetching(source)) return null
    const abort = this.#stop()
    const blob = source.sha256 === '' ? null : await this.#kept.read(source.sha256)
    if (this.#abort !== abort) return null
    if (blob === null) {
      this.offer = offerAt(source)
      if (this.offer !== null) return null
      this.#wanted = source.sha256 === '' ? null : {sha256: source.sha256, wrong: null}
      this.missing = {name: source.name, sha256: source.sha256}
      const message = `This scenario uses the local file ${source.name}: drop or pick ${checksumWords(source.sha256)}`
      this.problem = {message}
      return null
    }
    const file = new File([blob], source.name)
    this.isFileKept = await this.#kept.isKept(source.sha256)
    return this.#load({source, blob: file, ...reading}, source.name, file)
  }

  async #pickAs(file: File, reading: TraceReading, isDetected: boolean): Promise<PickedTrace | null> {
    this.#lastReading = reading
    this.#givenWay ??= this.#following
    // The seed was the trace's before.
    const {traceSeed: _, ...own} = reading
    const info = await this.#load(
      {source: {kind: 'file', name: file.name}, blob: file, ...own},
      file.name,
      file,
    )
    if (info === null) return null
    this.#givenWay = null
    // Nothing is waited for: whoever picks the next file meanwhile would have this one put in its place.
    this.isFileKept = false
    void this.#kept.isKept(info.sha256).then(isKept => {
      if (this.info === info) this.isFileKept = isKept
    })
    void this.#kept.remember(info.sha256, file)
    this.#picked = pickKey(info.source, own)
    return {source: info.source, isDetected}
  }

  /** A change of the reading waits for the bytes that are on their way. */
  #isFetching(source: TraceSource): boolean {
    return this.download !== null && this.offer !== null && isSameTrace(this.offer.source, source)
  }

  /** Lets go of whatever is under way, for what comes now. */
  #stop(): AbortController {
    this.#abort?.abort()
    this.#abort = new AbortController()
    this.loading = null
    this.problem = null
    this.missing = null
    if (this.download !== null) this.cancelDownload()
    this.offer = null
    return this.#abort
  }

  /** A file other than the one a link asks for is told so once; given again, it is meant. */
  #wrongFile(name: string, {source, sha256}: TraceInfo): Problem | null {
    const wanted = this.#wanted
    if (wanted === null || source.kind !== 'file') return null
    if (sha256 === wanted.sha256 || sha256 === wanted.wrong) return null
    this.#wanted = {...wanted, wrong: sha256}
    return {
      message:
        `${name} is not the file this scenario uses: its SHA-256 is ${sha256.slice(0, 12)}… and not ` +
        `${wanted.sha256.slice(0, 12)}…. Drop the right one, or this one again to use it all the same`,
    }
  }

  async #load(request: TraceRequest, name: string, file: File | null): Promise<TraceInfo | null> {
    const {missing} = this
    const abort = this.#stop()
    this.loading = {name, progress: null}
    const isCurrent = () => this.#abort === abort
    const onProgress = (progress: LoadProgress) => {
      if (isCurrent()) this.loading = {name, progress}
    }
    try {
      const result = await this.#client.loadTrace(request, onProgress, abort.signal)
      if (!isCurrent()) return null
      if (!result.ok) {
        this.problem = result.error
        return null
      }
      const wrong = this.#wrongFile(name, result.value)
      if (wrong !== null) {
        this.problem = wrong
        this.missing = missing
        return null
      }
      this.#wanted = null
      this.info = result.value
      this.file = file
      this.#rejected = null
      return result.value
    } catch (error) {
      if (isCurrent()) this.problem = {message: messageOf(error)}
      return null
    } finally {
      if (isCurrent()) this.loading = null
    }
  }
}
