import {fail, ok, type Result} from '../core/result.ts'
import {storageProblem} from './storage-problem.ts'

/** What the storage did, or in a sentence why it did not. */
export async function guarded<T>(act: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await act())
  } catch (error) {
    return fail(storageProblem(error))
  }
}
