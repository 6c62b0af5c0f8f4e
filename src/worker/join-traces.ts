import {ok, type Result} from '../core/result.ts'
import {unpackTrace} from '../trace/formats/packing/unpack-trace.ts'
import {joinShards} from '../trace/formats/packing/unwrap-trace.ts'
import {unpackParquet} from '../trace/formats/parquet-to-lines.ts'

/** The shards of one trace as one file, each unpacked, whatever it is wrapped in. */
export async function joinTraces(files: readonly File[]): Promise<Result<Blob>> {
  const shards: Uint8Array[] = []
  for (const file of files) {
    const rows = await unpackParquet(new Uint8Array(await file.arrayBuffer()), file.name)
    const unpacked = rows.ok ? unpackTrace(rows.value, file.name) : rows
    if (!unpacked.ok) return unpacked
    shards.push(unpacked.value.bytes)
  }
  return ok(new Blob([joinShards(shards).slice()]))
}
