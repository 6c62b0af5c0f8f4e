/** Every chart is drawn twice, and the sheet shows the one that fits: text keeps a readable size on both. */
export const DRAWINGS = [
  {name: 'wide', width: 620, height: 184},
  {name: 'narrow', width: 340, height: 168},
] as const
