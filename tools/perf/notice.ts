export const NOTICE = `GPU performance tables
======================

The .pack files in this directory hold latencies measured by NVIDIA and published in the Python package
aiconfigurator-core 0.12.0 (https://pypi.org/project/aiconfigurator-core/0.12.0/), part of
https://github.com/ai-dynamo/aiconfigurator.

Copyright (c) 2025-2026 NVIDIA CORPORATION & AFFILIATES. All rights reserved.
Licensed under the Apache License, Version 2.0 (https://www.apache.org/licenses/LICENSE-2.0).

Changes: the tables of three GPUs and three serving backends were selected, gaps were filled from earlier
versions of the same backend as the package itself does, GEMM and decode attention latencies below the roofline
were raised to it (again as the package does), and the result was packed. manifest.json names the package file,
its checksum and the versions each table is made of. Made by tools/perf/build.mjs.
`
