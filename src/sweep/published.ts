/**
 * The cold-start sweep published in NVIDIA Dynamo's guide to replay with the planner, read off its picture: as exact
 * as a pixel, and no measurement of ours. Columns: start-up s; TTFT mean and p90, ms; ITL mean and p90, ms;
 * GPU-hours; scale-ups; scale-downs.
 */
const ROWS = [
  [0, 853, 1875, 25.6, 28.5, 2.05, 42, 42],
  [10, 948, 1978, 27.2, 29.5, 2.16, 40, 39],
  [20, 1281, 2123, 27.8, 32.4, 2.07, 36, 35],
  [30, 948, 1978, 27.2, 30.5, 2.04, 33, 32],
  [40, 1530, 2239, 29.2, 33.2, 2.04, 29, 28],
  [50, 2450, 2403, 30.7, 60.9, 2.13, 29, 28],
  [60, 2200, 2161, 28.8, 33.6, 2.17, 28, 26],
  [70, 3709, 2769, 32.2, 83.3, 2.11, 23, 23],
  [80, 3107, 2239, 29.3, 34.6, 2.12, 23, 23],
  [90, 3107, 2279, 29.7, 41.9, 2.11, 23, 22],
  [100, 3981, 2279, 29.7, 53.1, 2.2, 21, 20],
  [110, 4350, 2259, 28.5, 34.6, 2.3, 20, 19],
  [120, 34551, 182616, 43.9, 182.6, 2.17, 16, 15],
  [130, 10450, 8230, 35.1, 121.3, 2.15, 15, 14],
  [140, 11728, 37418, 36.1, 133.9, 2.26, 14, 13],
  [150, 26025, 130432, 38, 149.7, 2.31, 15, 14],
  [160, 33944, 173166, 42.4, 180.6, 2.24, 14, 13],
  [170, 10179, 3335, 33.2, 96.4, 2.27, 14, 13],
  [180, 10000, 3425, 33.2, 94, 2.18, 14, 13],
  [190, 11121, 4427, 34.1, 103.7, 2.18, 12, 10],
  [200, 15849, 88339, 36.6, 140.2, 2.29, 12, 12],
  [210, 15029, 40522, 34.6, 120.8, 2.29, 11, 10],
  [220, 15849, 54760, 36.1, 128.8, 2.22, 13, 12],
  [230, 17626, 69552, 36.1, 130, 2.33, 11, 10],
  [240, 19953, 89918, 37, 147.1, 2.32, 10, 9],
  [250, 71424, 339445, 50.2, 193.3, 2.39, 9, 9],
  [260, 76668, 380863, 48.2, 189.2, 2.44, 8, 7],
  [270, 75322, 384251, 48.2, 188.9, 2.4, 9, 8],
  [280, 26490, 147649, 40.5, 173.3, 2.23, 9, 8],
  [290, 37088, 206721, 43.9, 181.9, 2.37, 10, 9],
  [300, 42734, 244603, 46.3, 184.8, 2.28, 9, 8],
] as const

export interface PublishedPoint {
  readonly startupS: number
  readonly ttftMsMean: number
  readonly ttftMsP90: number
  readonly itlMsMean: number
  readonly itlMsP90: number
  readonly gpuHours: number
  readonly scaleUps: number
  readonly scaleDowns: number
}

export const PUBLISHED_NOTE = 'Figures read off a published picture, not measured.'

export const PUBLISHED_POINTS: readonly PublishedPoint[] = ROWS.map(
  ([startupS, ttftMsMean, ttftMsP90, itlMsMean, itlMsP90, gpuHours, scaleUps, scaleDowns]) => ({
    startupS,
    ttftMsMean,
    ttftMsP90,
    itlMsMean,
    itlMsP90,
    gpuHours,
    scaleUps,
    scaleDowns,
  }),
)
