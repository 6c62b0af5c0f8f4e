/**
 * What the resources that we export may hold, as facts of `ai-dynamo` 1.6.1 noted by us: names, types, what is required and
 * the values of enumerations.
 *
 * - DynamoGraphDeploymentRequest, `nvidia.com/v1beta1`: the types that the package itself carries
 *   (`dynamo/profiler/utils/dgdr_v1beta1_types.py` of the 1.6.1 wheel, generated from the operator's
 *   `api/v1beta1/dynamographdeploymentrequest_types.go`).
 * - DynamoGraphDeployment, `nvidia.com/v1alpha1`, as far as one service goes: the operator's
 *   `api/v1alpha1/dynamocomponentdeployment_types.go`, ai-dynamo/dynamo at 00686d64463dceb8718974a481f643cc03dd469e. That commit
 *   is not known to be that of the release; 1.6.1 says of itself that it takes both versions.
 */
export type Shape =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  /** Handed through as it is. */
  | 'any'
  | {readonly oneOf: readonly string[]}
  | {readonly list: Shape}
  | {readonly map: Shape}
  | {readonly fields: Readonly<Record<string, Shape>>; readonly required?: readonly string[]}

const GPU_SKUS = [
  ...['vr_nvl72', 'gb200', 'gb200_sxm', 'gb10', 'b300_sxm', 'b200_sxm', 'h200_sxm', 'h100_sxm', 'h100_pcie'],
  ...['a100_sxm', 'a100_pcie', 'a30', 'l40s', 'l40', 'l4', 'v100_sxm', 'v100_pcie', 't4', 'mi200', 'mi300'],
]

const METADATA: Shape = {fields: {name: 'string'}, required: ['name']}

export const DEPLOYMENT_REQUEST: Shape = {
  fields: {
    apiVersion: {oneOf: ['nvidia.com/v1beta1']},
    kind: {oneOf: ['DynamoGraphDeploymentRequest']},
    metadata: METADATA,
    spec: {
      fields: {
        model: 'string',
        backend: {oneOf: ['auto', 'sglang', 'trtllm', 'vllm']},
        image: 'string',
        runtimeVersionOverride: 'string',
        modelCache: {fields: {pvcName: 'string', pvcModelPath: 'string', pvcMountPath: 'string'}},
        hardware: {
          fields: {
            gpuSku: {oneOf: GPU_SKUS},
            vramMb: 'number',
            totalGpus: 'integer',
            numGpusPerNode: 'integer',
            interconnect: 'string',
            rdma: 'boolean',
          },
        },
        workload: {fields: {isl: 'integer', osl: 'integer', concurrency: 'number', requestRate: 'number'}},
        sla: {
          fields: {
            ttft: 'number',
            itl: 'number',
            e2eLatency: 'number',
            optimizationType: {oneOf: ['latency', 'throughput']},
          },
        },
        overrides: {fields: {profilingJob: 'any', trustRemoteCode: 'boolean', dgd: 'any'}},
        features: {
          fields: {
            planner: 'any',
            kvRouter: {fields: {enabled: 'boolean'}},
            mocker: {fields: {enabled: 'boolean'}},
          },
        },
        searchStrategy: {oneOf: ['rapid', 'thorough']},
        autoApply: 'boolean',
      },
      required: ['model'],
    },
  },
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
}

export const DEPLOYMENT_WITH_SERVICES: Shape = {
  fields: {
    apiVersion: {oneOf: ['nvidia.com/v1alpha1']},
    kind: {oneOf: ['DynamoGraphDeployment']},
    metadata: METADATA,
    spec: {
      fields: {
        services: {
          map: {
            fields: {
              componentType: 'string',
              subComponentType: 'string',
              replicas: 'integer',
              extraPodSpec: {
                // A pod's spec with the main container beside it: of a container what a planner needs.
                fields: {
                  mainContainer: {
                    fields: {image: 'string', command: {list: 'string'}, args: {list: 'string'}},
                  },
                },
              },
            },
          },
        },
      },
      required: ['services'],
    },
  },
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
}

/** What of a value does not fit, each with its path; none where it fits. */
export function misfits(value: unknown, shape: Shape, path = ''): readonly string[] {
  if (shape === 'any') return []
  if (shape === 'integer') return Number.isInteger(value) ? [] : [`${path}: no integer`]
  if (typeof shape === 'string')
    return typeof value === shape ? [] : [`${path}: ${typeof value}, not ${shape}`]
  if ('oneOf' in shape) return shape.oneOf.includes(value as string) ? [] : [`${path}: ${String(value)}`]
  if ('list' in shape)
    return Array.isArray(value)
      ? value.flatMap((one, i) => misfits(one, shape.list, `${path}[${i}]`))
      : [`${path}: no list`]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no object`]
  const entries = Object.entries(value)
  if ('map' in shape) return entries.flatMap(([key, one]) => misfits(one, shape.map, `${path}.${key}`))
  const missing = (shape.required ?? []).filter(key => !(key in value)).map(key => `${path}.${key}: missing`)
  const odd = entries.flatMap(([key, one]) => {
    const own = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined
    return own === undefined ? [`${path}.${key}: unknown`] : misfits(one, own, `${path}.${key}`)
  })
  return [...missing, ...odd]
}
