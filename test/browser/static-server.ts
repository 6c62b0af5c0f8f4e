import {createReadStream, existsSync, statSync} from 'node:fs'
import {createServer, type Server, type ServerResponse} from 'node:http'
import {extname, join, normalize, sep} from 'node:path'

/** Below a path, as Pages serves a project: an address from the root of the host would miss. */
const BASE = '/some/sub-path/'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gz': 'application/gzip',
}

export interface ServerOptions {
  /** As some hosts do: what ends in .gz is said to be packed in transit, so the browser unpacks it. */
  readonly declaresGzip?: boolean
}

/** Serves a folder of built files and nothing else, like any static host: what is not there is a 404. */
export class StaticServer {
  /** The folder served; another one is a new version of the site. */
  folder: string
  /** Paths asked for so far, below the site's address. */
  readonly requested: string[] = []
  readonly #options: ServerOptions
  readonly #server: Server

  static async start(folder: string, options: ServerOptions = {}): Promise<StaticServer> {
    if (!existsSync(join(folder, 'index.html')))
      throw new Error(`${folder}/index.html is missing: run \`npm run build\` first`)
    const server = new StaticServer(folder, options)
    await new Promise<void>(resolve => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  private constructor(folder: string, options: ServerOptions) {
    this.folder = folder
    this.#options = options
    this.#server = createServer((request, response) =>
      this.#answer(new URL(request.url ?? '', 'http://host').pathname, response),
    )
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the server has no port')
    return `http://127.0.0.1:${address.port}${BASE}`
  }

  stop(): Promise<void> {
    return new Promise(resolve => {
      this.#server.closeAllConnections()
      this.#server.close(() => resolve())
    })
  }

  #answer(pathname: string, response: ServerResponse): void {
    this.requested.push(pathname.slice(BASE.length))
    const file = this.#fileFor(decodeURIComponent(pathname))
    if (file === null) {
      response.writeHead(404).end()
      return
    }
    const isDeclared = this.#options.declaresGzip === true && file.endsWith('.gz')
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      ...(isDeclared ? {'content-encoding': 'gzip'} : {}),
    })
    createReadStream(file).pipe(response)
  }

  #fileFor(pathname: string): string | null {
    if (!pathname.startsWith(BASE)) return null
    const wanted = pathname.endsWith('/') ? `${pathname}index.html` : pathname
    const file = normalize(join(this.folder, wanted.slice(BASE.length)))
    const isInside = file.startsWith(this.folder + sep)
    return isInside && existsSync(file) && statSync(file).isFile() ? file : null
  }
}
