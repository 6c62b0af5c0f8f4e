/** What the browser says of the room it gives this site. */
export interface StorageRoom {
  readonly usedBytes: number
  readonly quotaBytes: number
}

/** Of the site as a whole; null where the browser does not say. */
export async function readRoom(): Promise<StorageRoom | null> {
  try {
    const {usage, quota} = await navigator.storage.estimate()
    return usage === undefined || quota === undefined ? null : {usedBytes: usage, quotaBytes: quota}
  } catch {
    return null
  }
}

/** Whether the browser promised not to clear what is kept here by itself; null where it does not say. */
export async function readPersisted(): Promise<boolean | null> {
  try {
    return await navigator.storage.persisted()
  } catch {
    return null
  }
}

/** Asks for that promise; only ever on the user's wish, since some browsers put the question to them. */
export async function askToPersist(): Promise<boolean | null> {
  try {
    return await navigator.storage.persist()
  } catch {
    return null
  }
}
