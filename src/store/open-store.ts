import type {UseStore} from 'idb-keyval'

/** Browsers have been seen never to answer a request to open; past this the page goes on without storage. */
const ANSWER_MS = 10_000

/**
 * One object store of a database, opened when first used. Unlike idb-keyval's own, it steps aside when another tab
 * wants to change or delete the database, tries anew after a failure, and mends a database that lost its store.
 */
export function openStore(database: string, storeName: string): UseStore {
  let opened: Promise<IDBDatabase> | null = null
  const forget = () => {
    opened = null
  }
  const open = () => {
    opened ??= connect({database, storeName, onLost: forget}).catch(error => {
      forget()
      throw error
    })
    return opened
  }
  // The callback gets its transaction at once: one that waits is closed by the browser.
  return async (mode, act) => {
    const db = await open()
    const transaction = begin(db, storeName, mode)
    if (transaction !== null) return act(transaction.objectStore(storeName))
    forget()
    return act((await open()).transaction(storeName, mode).objectStore(storeName))
  }
}

/** null = the connection was closed under us. */
function begin(db: IDBDatabase, storeName: string, mode: IDBTransactionMode): IDBTransaction | null {
  try {
    return db.transaction(storeName, mode)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') return null
    throw error
  }
}

interface Connection {
  readonly database: string
  readonly storeName: string
  readonly onLost: () => void
  readonly version?: number
}

function connect({database, storeName, onLost, version}: Connection): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = version === undefined ? indexedDB.open(database) : indexedDB.open(database, version)
    const giveUp = (name: string) => reject(new DOMException('no answer', name))
    const timer = setTimeout(() => giveUp('TimeoutError'), ANSWER_MS)
    request.onupgradeneeded = () => {
      if (!request.result.objectStoreNames.contains(storeName)) request.result.createObjectStore(storeName)
    }
    request.onblocked = () => giveUp('BlockedError')
    request.onerror = () => {
      clearTimeout(timer)
      reject(request.error)
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      const db = request.result
      if (!db.objectStoreNames.contains(storeName)) {
        const next = db.version + 1
        db.close()
        resolve(connect({database, storeName, onLost, version: next}))
        return
      }
      db.onversionchange = () => {
        db.close()
        onLost()
      }
      db.onclose = onLost
      resolve(db)
    }
  })
}
