/** Every error an API call can answer: one row each. `docs/errors.md` is generated from this table and tested against it. */
export const errorTable = {
  bad_request: {
    status: 400,
    means: 'The request does not fit its schema.',
    todo: 'Correct the fields named in details.',
  },
  unauthenticated: { status: 401, means: 'No valid session.', todo: 'Sign in again.' },
  wrong_credentials: {
    status: 401,
    means: 'User name or password is wrong.',
    todo: 'Try again; an admin can set a new password.',
  },
  forbidden: { status: 403, means: 'Your role may not do this.', todo: 'Ask somebody who may.' },
  not_found: {
    status: 404,
    means: 'There is nothing with this id, or it is not yours to see.',
    todo: 'Go back to the list.',
  },
  conflict: {
    status: 409,
    means: 'The change does not fit what is there.',
    todo: 'Reload and look at details.',
  },
  transition_refused: {
    status: 409,
    means: 'The ticket cannot go there from its state.',
    todo: 'See the allowed next states in details.',
  },
  fault_still_active: {
    status: 409,
    means: 'The fault is still there.',
    todo: 'Repair first, or override with a reason.',
  },
  gateway_offline: {
    status: 409,
    means: 'The gateway of this device is not connected.',
    todo: 'Try again when it is back.',
  },
  enrolment_refused: {
    status: 403,
    means: 'The enrolment code is wrong, used or too old.',
    todo: 'Make a new code on the gateway page.',
  },
  payload_too_large: { status: 413, means: 'The request is larger than allowed.', todo: 'Send it in parts.' },
  too_many_requests: { status: 429, means: 'Too many requests.', todo: 'Wait as long as Retry-After says.' },
  no_answer_in_time: {
    status: 504,
    means: 'The gateway did not answer in time.',
    todo: 'Look at the gateway page.',
  },
  unavailable: {
    status: 503,
    means: 'The server is starting or stopping.',
    todo: 'Try again in a few seconds.',
  },
  internal: {
    status: 500,
    means: 'Something failed on our side; it is in the log under this request id.',
    todo: 'Try again; report the request id if it stays.',
  },
} as const satisfies Record<string, { status: number; means: string; todo: string }>

export type ErrorCode = keyof typeof errorTable

/** Thrown by rooms of the server, answered as `{code, message, details}` with the status of its row. */
export class StillwatchError extends Error {
  override readonly name = 'StillwatchError'
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(
    code: ErrorCode,
    message: string = errorTable[code].means,
    details: Record<string, unknown> = {},
  ) {
    super(message)
    this.code = code
    this.details = details
  }

  get status(): number {
    return errorTable[this.code].status
  }
}
