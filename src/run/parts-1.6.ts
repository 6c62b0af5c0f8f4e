/** What only runs of 1.6.1 need, as one piece to load. */
export {createEngine16} from '../engine/create-engine-1.6.ts'
export {createPlanner16} from '../policies/create-planner-1.6.ts'
export {computeReport16} from '../report/compute-report-1.6.ts'
export {computeStreamedReport16} from '../report/streamed/compute-streamed-report-1.6.ts'
export {Tally16} from '../report/streamed/tally-1.6.ts'
