import {messageOf} from '../core/message-of.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EEXIST', 'a part of the path is not a directory'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space left'],
  ['ERR_FS_FILE_TOO_LARGE', 'it is larger than 2 GiB'],
])

/** Why a file could not be opened, in words. */
export function fileErrorReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return REASONS.get(code) ?? messageOf(error)
}
