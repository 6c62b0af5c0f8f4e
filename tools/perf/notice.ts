import {WHEELS} from './wheel.ts'

const PACKAGES = Object.values(WHEELS)
  .map(({package: name, version}) => `  ${name} ${version} (https://pypi.org/project/${name}/${version}/)`)
  .join('\n')

export const NOTICE = `GPU performance tables
======================

The .pack files in this directory hold latencies measured by NVIDIA and published in the Python packages
${PACKAGES}
parts of https://github.com/ai-dynamo/aiconfigurator and its successor.

Copyright (c) 2025-2026 NVIDIA CORPORATION & AFFILIATES. All rights reserved.
Licensed under the Apache License, Version 2.0 (https://www.apache.org/licenses/LICENSE-2.0).

Changes: the tables of nine GPUs and three serving backends were selected, gaps were filled from the versions of the
same backend that each package itself takes, GEMM and decode attention latencies below the roofline were raised to it
(again as the packages do), and the result was packed. The second package's tables are stored where they differ from
the first's (names with 0.13). The manifests name each package's file, its checksum and the versions each table is made
of. Made by tools/perf/build.mjs.
`
