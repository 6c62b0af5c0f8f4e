import {cpSync, createReadStream, existsSync, statSync} from 'node:fs'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {basename, join, resolve} from 'node:path'
import type {Plugin, ResolvedConfig} from 'vite'

const FOLDER = 'static-traces'

type Next = () => void

/** Serves the top-level `static-traces/` under the site's base and copies it into the build. */
export function staticTraces(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'static-traces',
    configResolved(resolved) {
      config = resolved
    },
    configureServer(server) {
      server.middlewares.use(serveFrom(resolve(config.root, FOLDER)))
    },
    configurePreviewServer(server) {
      server.middlewares.use(serveFrom(resolve(config.root, config.build.outDir, FOLDER)))
    },
    closeBundle() {
      const source = resolve(config.root, FOLDER)
      // The test runner closes a "build" too, into a folder of no meaning.
      const isSite =
        config.command === 'build' && !config.build.ssr && !process.env.VITEST && existsSync(source)
      if (isSite) cpSync(source, resolve(config.root, config.build.outDir, FOLDER), {recursive: true})
    },
  }
}

/**
 * A .gz trace must arrive as it is: a server that adds `content-encoding: gzip` by the name's end makes the browser
 * unpack it, and its checksum no longer matches the catalogue's.
 */
function serveFrom(directory: string) {
  return (request: IncomingMessage, response: ServerResponse, next: Next): void => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const match = /\/static-traces\/([\w.-]+)$/.exec(path)
    if (match === null) {
      next()
      return
    }
    const file = join(directory, basename(match[1]!))
    if (!existsSync(file) || !statSync(file).isFile()) {
      // The page's own fallback to index.html would look like a trace.
      response.writeHead(404).end()
      return
    }
    const type = file.endsWith('.json') ? 'application/json' : 'application/octet-stream'
    response.writeHead(200, {
      'content-type': type,
      'content-length': statSync(file).size,
      'cache-control': 'no-cache',
    })
    createReadStream(file).pipe(response)
  }
}
